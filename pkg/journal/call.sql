-- What we asked the vendor, and what it said: one row per HTTP request, for people, kept for a set time.
create table call (
    id              uuid primary key,               -- UUIDv7
    connection      text not null,
    op              text not null,                  -- "halo.UpdateTicket"
    method          text not null,
    route           text not null,                  -- the path without its particulars
    url             text not null,                  -- secrets in the query masked
    status          integer not null default 0,     -- 0: no answer, or never sent
    kind            text not null default '',       -- of the fault; '': success
    reason          text not null default '',
    message         text not null default '',
    job             text not null default '',       -- '': not made for a job
    entity          text not null default '',
    tracking_id     text not null default '',       -- the vendor's id for this call
    trace_id        text not null default '',
    started_at      timestamptz not null,
    duration        interval not null,
    request_bytes   bigint not null,
    response_bytes  bigint not null,
    request_header  jsonb not null,                 -- only those on the list
    response_header jsonb not null,
    request_body    text not null,                  -- its beginning, secrets masked
    response_body   text not null
);
create index call_age on call (started_at, id);
create index call_page on call (connection, started_at, id);
create index call_job on call (job, started_at, id) where job <> '';
