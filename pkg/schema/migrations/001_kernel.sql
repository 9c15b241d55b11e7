-- Numbers every request and every applied observation; orders them without a clock.
create sequence moment as bigint;

-- A change to make at the vendor, or an entity to fetch again. Postgres remembers, JetStream only wakes.
create table job (
    id             uuid primary key,                -- UUIDv7; also the mark written at the vendor
    format         smallint not null,               -- of patch, base and arguments; a replica claims only what it knows
    connection     text not null,
    kind           text not null,
    uid            uuid,                            -- the entity; null in a fetch of what was never seen
    vendor_id      text collate "C",                -- the vendor's id: a fetch's target, a settled create's result
    lane           text not null,                   -- the writes of one entity, in order of seq
    seq            bigint generated always as identity,
    class          smallint not null,               -- 0 write, 1 fetch: the budget's classes
    budget_key     text not null default '',        -- '' is the connection's own
    operation      text not null,
    effect         smallint not null default 0,     -- 0 patches, 1 creates, 2 deletes, 3 restores the entity
    patch          bytea,                           -- the contract's message; what is in paths and absent here is null
    paths          text[] not null default '{}',
    base           bytea,                           -- effective at accept, only the fields in paths
    base_confirmed bytea,                           -- confirmed at accept, only the fields in paths
    arguments      jsonb not null default '{}',     -- what is not a field: the reason of a deletion
    guarded        boolean not null default false,  -- an etag was given: what changed meanwhile buries it
    replayed       boolean not null default false,
    caller         text not null default '',
    request_id     uuid,
    request_digest bytea,
    traceparent    text not null default '',
    state          smallint not null,               -- 0 waiting 1 queued 2 claimed 3 settled 4 done 5 dead
    created_at     timestamptz not null default now(),
    runnable_at    timestamptz not null default now(),
    again_at       timestamptz,                     -- of a fetch: one opened before this is not the last that is needed
    attempts       integer not null default 0,
    failures       integer not null default 0,      -- those that count for the retry schedule
    waited         interval not null default '0',   -- back-off so far: the age that counts
    lease          bigint not null default 0,       -- number of the claim; equals its opened
    lease_until    timestamptz,
    claimed_by     text not null default '',
    opened         bigint not null default 0,       -- drawn by the claim, before any request
    opened_at      timestamptz,
    deadline       timestamptz,                     -- of the claim's attempt; a claim never reported counts as sent
    unsure_at      timestamptz,                     -- when the last attempt was given up that may have been applied, or its deadline
    absent_at      timestamptz,                     -- first look that did not find it
    turn           smallint not null default 0,     -- how many keys before this one the vendor keeps a failure under
    settled        bigint,                          -- moment at which the vendor's acceptance was saved
    settled_at     timestamptz,
    folded         boolean not null default false,  -- its patch is folded over confirmed
    reason         text not null default '',        -- class of the dead letter
    ended_at       timestamptz,
    replay_of      uuid,                            -- the buried job that it makes again
    steps          jsonb not null default '{}',     -- of an operation of several calls: those made, and what came of each
    refers         smallint not null default 0,     -- entities that it refers to
    blocked        smallint not null default 0,     -- those of them that are not created yet
    constraint job_state check (state between 0 and 5),
    constraint job_write_has_entity check (class <> 0 or uid is not null)
);
create index job_runnable on job (connection, class, runnable_at, seq) where state = 1;
create index job_lane on job (connection, lane, seq) where state < 3;
create index job_lease on job (lease_until) where state = 2;
create index job_folded on job (connection, uid, seq) where folded;
create index job_entity on job (connection, uid, seq) where class = 0;
create index job_page on job (connection, id desc) where class = 0;
create index job_dead on job (connection, id desc) where state = 5;
create index job_fetch on job (connection, kind, vendor_id) where class = 1;
create index job_ended on job (ended_at) where ended_at is not null;
-- A hint is satisfied only by a fetch still queued, never by one running.
create unique index job_one_queued_fetch on job (connection, kind, vendor_id) where class = 1 and state in (0, 1);
create unique index job_request on job (connection, caller, request_id) where request_id is not null;

-- A lane whose last request was given up and may still arrive: no other of its writes is sent before. What is over is forgotten.
create table lane_hold (
    connection text not null,
    lane       text not null,
    until      timestamptz not null,
    primary key (connection, lane)
);
create index lane_hold_until on lane_hold (until);

-- When a lane may go on; null: nothing holds it. Whatever makes a write runnable asks.
create function lane_held(of_connection text, of_lane text) returns timestamptz language sql stable
return (select h.until from lane_hold h where h.connection = of_connection and h.lane = of_lane);

-- An entity that a job refers to: the job waits until that one is created, and then knows its id.
create table reference (
    job        uuid not null,
    connection text not null,
    kind       text not null,
    uid        uuid not null,
    vendor_id  text collate "C",                    -- null until it is created
    primary key (job, kind, uid)
);
create index reference_unmet on reference (connection, uid, job) where vendor_id is null;

-- How far apart the looks at an entity that keeps changing are made. Losing it costs only calls.
create unlogged table pace (
    connection text not null,
    kind       text not null,
    vendor_id  text collate "C" not null,
    streak     integer not null,                    -- looks in a row that found something new
    until      timestamptz not null,                -- no look before
    primary key (connection, kind, vendor_id)
);
create index pace_age on pace (until);

-- One try at a job. No foreign key: it would look the job up and lock it once more for each row.
create table attempt (
    job         uuid not null,
    number      integer not null,
    action      text not null,                      -- attempt, probe
    started_at  timestamptz not null,
    ended_at    timestamptz,
    outcome     text not null,                      -- done, found, absent, cannot_tell, lost, or the kind of the fault
    reason      text not null default '',
    message     text not null default '',
    status      integer not null default 0,
    code        text not null default '',
    tracking_id text not null default '',
    primary key (job, number)
);

-- What will not succeed by itself, with all that a person needs to decide.
create table dead_letter (
    id          uuid primary key,
    seq         bigint generated always as identity, -- in the order in which they died: that of their lane
    connection  text not null,
    kind        text not null,
    uid         uuid,
    vendor_id   text collate "C",
    job         uuid references job (id),
    class       text not null,
    reason      text not null default '',
    field       text not null default '',
    status      integer not null default 0,
    code        text not null default '',
    message     text not null default '',
    tracking_id text not null default '',
    payload     bytea,
    predecessor uuid,                               -- the job with which it was buried
    followers   text not null default '',           -- what is still to be done to those buried with it: replay, discard
    followed    bigint not null default 0,          -- the last of them that it was done to
    dedupe      text not null default '',           -- the same trouble is told once while it is open; '': each time
    times       integer not null default 1,
    created_at  timestamptz not null default now(),
    last_at     timestamptz not null default now(),
    resolved_at timestamptz,
    resolution  text not null default '',           -- replayed, discarded, succeeded
    resolved_by text not null default '',
    replay      uuid                                -- the job that makes it again
);
create index dead_letter_open on dead_letter (connection, created_at) where resolved_at is null;
create index dead_letter_job on dead_letter (job);
create index dead_letter_page on dead_letter (connection, seq desc);
create index dead_letter_followers on dead_letter (seq) where followers <> '';
create index dead_letter_predecessor on dead_letter (predecessor, seq) where predecessor is not null and resolved_at is null;
create index dead_letter_age on dead_letter (resolved_at) where resolved_at is not null;
create unique index dead_letter_once on dead_letter (connection, dedupe) where dedupe <> '' and resolved_at is null;

-- What was done about a dead letter, by whom, and why.
create table dead_letter_act (
    letter      uuid not null,
    number      bigint generated always as identity,
    action      text not null,                      -- replay, discard, succeed
    at          timestamptz not null default clock_timestamp(),
    caller      text not null default '',           -- '': the adapter itself
    reason      text not null default '',
    batch       uuid,
    job         uuid,                               -- that makes it again
    overwrite   boolean not null default false,
    not_applied boolean not null default false,
    primary key (letter, number)
);
create index dead_letter_act_batch on dead_letter_act (batch) where batch is not null;

-- An act on many dead letters, done in portions by whichever replica holds its lease.
create table dead_letter_batch (
    id          uuid primary key,
    connection  text not null,
    action      text not null,                      -- replay, discard
    filter      jsonb not null,
    caller      text not null,
    reason      text not null,
    overwrite   boolean not null default false,
    rate        double precision not null,          -- dead letters a second
    request_id  uuid,
    created_at  timestamptz not null default now(),
    upto        bigint not null,                    -- the last dead letter that was open when it was asked for
    place       bigint not null default 0,          -- all up to this one were looked at
    selected    bigint not null,
    done        bigint not null default 0,
    skipped     bigint not null default 0,
    last_skip   text not null default '',
    next_at     timestamptz not null default now(),
    lease       bigint not null default 0,
    lease_until timestamptz,
    ended_at    timestamptz,
    cancelled   boolean not null default false,
    cancelled_by text not null default ''
);
create index dead_letter_batch_due on dead_letter_batch (next_at) where ended_at is null;
create index dead_letter_batch_page on dead_letter_batch (connection, id desc);
create unique index dead_letter_batch_request on dead_letter_batch (connection, caller, request_id) where request_id is not null;
create unique index dead_letter_batch_once on dead_letter_batch (connection, action, md5(filter::text), overwrite)
    where ended_at is null;

-- A visible change. Read in the order (xid, seq), only below the oldest transaction still running.
create table change (
    xid        xid8 not null default pg_current_xact_id(),
    seq        bigint generated always as identity,
    connection text not null,
    kind       text not null,
    uid        uuid not null,
    version    bigint not null,
    name       text not null default '',            -- of the entity when it changed
    successor  text not null default '',            -- name of what lives on in its place
    changed_at timestamptz not null default now(),
    primary key (xid, seq)
);
create index change_feed on change (connection, kind, xid, seq);

-- Up to where changes have been forgotten: a reader whose token is older has missed something. One row.
create table change_floor (
    one boolean primary key default true check (one),
    xid xid8 not null,
    seq bigint not null
);

-- A name that leads to an entity which once had another: the vendor's id, or "~" and our uid, of what was found to be it,
-- was merged into it, or was renumbered. For ever.
create table alias (
    connection text not null,
    kind       text not null,
    name       text collate "C" not null,
    uid        uuid not null,
    since      timestamptz not null default now(),
    primary key (connection, kind, name)
);
create index alias_entity on alias (connection, kind, uid);

-- Up to where changes have been carried to JetStream, and which replica carries them. One row.
create table carrier (
    one         boolean primary key default true check (one),
    xid         xid8 not null default '0',          -- of the last change carried
    seq         bigint not null default 0,
    lease       bigint not null default 0,
    lease_until timestamptz,
    held_by     text not null default ''
);

-- Where the sweep of one kind of one connection stands, and who holds it.
create table cursor (
    connection  text not null,
    kind        text not null,
    place       bytea not null default '',          -- the adapter's own words
    lease       bigint not null default 0,
    lease_until timestamptz,
    held_by     text not null default '',
    opened      bigint not null default 0,          -- of the page under way
    opened_at   timestamptz,
    began       bigint not null default 0,          -- of the sweep under way: opened before its first page
    began_at    timestamptz,
    rows        bigint not null default 0,
    expected    bigint not null default 0,
    swept_at    timestamptz,                        -- all that changed before this is in the mirror
    next_at     timestamptz not null default now(),
    failures    integer not null default 0,
    error       text not null default '',
    missed      bigint not null default 0,          -- changes that no delivery announced
    list_seq    bigint not null default 0,          -- moment at which the whole listing under way was opened; 0: none is
    list_at     timestamptz,
    withheld    bigint not null default 0,          -- not named by the last whole listing, and too many to believe
    believe     bigint not null default 0,          -- absences that a person said to believe, at most
    believe_until timestamptz,
    believed_by text not null default '',
    believe_why text not null default '',
    primary key (connection, kind)
);

-- Every field that the vendor's rows of a kind were ever seen with, and its type in JSON: what comes after the first
-- sweep is new.
create table field (
    connection text not null,
    kind       text not null,
    name       text not null,
    type       text not null,                       -- string, number, boolean, object, array
    first_at   timestamptz not null default now(),
    primary key (connection, kind, name, type)
);

-- What the whole listing under way has named so far.
create table listed (
    connection text not null,
    kind       text not null,
    vendor_id  text collate "C" not null,
    primary key (connection, kind, vendor_id)
);

-- One webhook call received.
create table delivery (
    id          uuid primary key,
    connection  text not null,
    dedupe_key  text not null,
    kind        text not null default '',
    vendor_id   text collate "C" not null default '',
    received_at timestamptz not null default now(),
    outcome     text not null,                      -- applied, fetch, ignored (or left to a feed), quarantined; feed: read in the vendor's own log of them
    body        bytea,
    unique (connection, dedupe_key)
);
create index delivery_entity on delivery (connection, kind, vendor_id, received_at);
create index delivery_age on delivery (received_at);

-- A change that a sweep found before any delivery announced it; after the vendor's usual delay it counts as missed. It is remembered for a
-- while then, so that a feed that tells of the same later does not count it again.
create table unannounced (
    connection text not null,
    kind       text not null,
    vendor_id  text collate "C" not null,
    seen_at    timestamptz not null default now(),
    counted_at timestamptz,                         -- null: it may be announced yet
    primary key (connection, kind, vendor_id)
);
create index unannounced_age on unannounced (kind, seen_at) where counted_at is null;
create index unannounced_counted on unannounced (counted_at) where counted_at is not null;

-- Whether a budget key may be called: budget and breaker, one row for all replicas.
create table gate (
    connection text not null,
    key        text not null default '',
    budget     jsonb not null default '{}',         -- what was used of each limit, and what refusals taught
    hold_until timestamptz,                         -- the vendor asked to wait
    state      smallint not null default 0,         -- 0 closed 1 open 2 half-open 3 stopped 4 opened by a person
    changed_at timestamptz not null default now(),
    changed_by text not null default '',            -- who did it by hand; '': nobody did
    reason     text not null default '',
    retry_at   timestamptz,                         -- when the next probe is due; null: none is, until a person acts
    opens      integer not null default 0,          -- in a row, without a success between
    window_at  timestamptz not null default now(),
    calls      integer not null default 0,          -- in the window
    failures   integer not null default 0,
    ill        bigint[] not null default '{}',      -- the entities that failed in it, numbered
    primary key (connection, key)
) with (fillfactor = 50);                           -- updated in place

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
---- create above / drop below ----
drop table call, gate, unannounced, delivery, listed, field, cursor, carrier, alias, change_floor, change, dead_letter_batch, dead_letter_act, dead_letter,
    attempt, pace, reference, job;
drop sequence moment;
