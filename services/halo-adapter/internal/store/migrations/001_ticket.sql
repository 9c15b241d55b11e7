-- What every kind is kept with: a shape for the tables of this file and the next, which drops it. No row is ever put into it.
create table kept (
    connection     text not null,
    uid            uuid not null,                   -- ours
    vendor_id      text collate "C",                -- Halo's; null until our create is confirmed
    version        bigint not null,                 -- +1 on each visible change; for subscribers
    confirmed      bytea,                           -- the contract's message, as Halo last had it
    effective      bytea not null,                  -- confirmed with the pending writes folded over it: what reads return
    payload        jsonb,                           -- Halo's own words, merged by coverage
    digest         bytea,                           -- of the covered, normalized, noise-free fields
    closed         bigint not null default 0,       -- sequence number at which this was applied; orders observations
    closed_at      timestamptz,                     -- Postgres's time of the same; null before anything was applied
    vendor_version bigint,                          -- Halo has none
    vendor_time    timestamptz,                     -- Halo's clock, compared only with itself
    suspected_at   timestamptz,                     -- first 404 of a suspicion; null when seen again
    as_of          timestamptz,                     -- for people
    refusal        jsonb,                           -- until replayed, discarded or written over
    deleted_at     timestamptz,
    created_at     timestamptz not null default now(),
    primary key (connection, uid),
    unique (connection, vendor_id)
);

create table ticket (
    like kept including all,
    state          smallint not null,               -- from here on: what people filter and sort by
    client         text not null,
    agent          text not null,
    status         text not null,
    pending        boolean not null,                -- writes are on their way
    changed_at     timestamptz not null             -- Halo's last change; our acceptance while there is none
) with (fillfactor = 85);
create index ticket_page on ticket (connection, changed_at desc, uid desc);
create index ticket_client on ticket (connection, client, changed_at desc, uid desc);
create index ticket_agent on ticket (connection, agent, changed_at desc, uid desc);
create index ticket_refused on ticket (connection, changed_at desc, uid desc) where refusal is not null;

-- An entry on a ticket. Halo numbers actions within their ticket, so vendor_id is "{ticket}/{action}".
create table note (
    like kept including all,
    parent         uuid not null,                   -- uid of the ticket
    written_at     timestamptz not null             -- when it was written, at Halo or here
) with (fillfactor = 85);
create index note_page on note (connection, parent, written_at desc, uid desc);

-- A file on a ticket, without what is in it; vendor_id is "{ticket}/{attachment}".
create table attachment (
    like kept including all,
    parent         uuid not null,                   -- uid of the ticket
    attached_at    timestamptz not null             -- the epoch where Halo does not say
) with (fillfactor = 85);
create index attachment_page on attachment (connection, parent, attached_at desc, uid desc);
---- create above / drop below ----
drop table attachment, note, ticket;
