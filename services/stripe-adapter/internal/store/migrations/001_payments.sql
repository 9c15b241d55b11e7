-- What every kind is kept with; no row is ever put into it.
create table kept (
    connection     text not null,
    uid            uuid not null,                   -- ours
    vendor_id      text collate "C",                -- Stripe's, in which case matters; null until our create is confirmed
    version        bigint not null,                 -- +1 on each visible change; for subscribers
    confirmed      bytea,                           -- the contract's message, as Stripe last had it
    effective      bytea not null,                  -- confirmed with the pending writes folded over it: what reads return
    payload        jsonb,                           -- Stripe's own words without its secrets, merged by coverage
    digest         bytea,                           -- of the covered, normalized, noise-free fields
    closed         bigint not null default 0,       -- sequence number at which this was applied; orders observations
    closed_at      timestamptz,                     -- Postgres's time of the same; null before anything was applied
    vendor_version bigint,                          -- Stripe has none
    vendor_time    timestamptz,                     -- Stripe's clock, compared only with itself
    suspected_at   timestamptz,                     -- first 404 of a suspicion; null when seen again
    as_of          timestamptz,                     -- for people
    refusal        jsonb,                           -- until replayed, discarded or written over
    deleted_at     timestamptz,
    created_at     timestamptz not null default now()
);

create table customer (
    like kept including defaults,
    email          text not null,                   -- from here on: what people filter and sort by; in lower case
    delinquent     boolean not null,
    made_at        timestamptz not null,            -- when Stripe created it; our acceptance until then
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index customer_page on customer (connection, made_at desc, uid desc);
create index customer_email on customer (connection, email, made_at desc, uid desc);
create index customer_refused on customer (connection, made_at desc, uid desc) where refusal is not null;

-- A payment intent with its latest charge.
create table payment (
    like kept including defaults,
    state          smallint not null,
    customer       text not null,                   -- Stripe's id, or "~" and our uid until it is confirmed; empty: none
    made_at        timestamptz not null,
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index payment_page on payment (connection, made_at desc, uid desc);
create index payment_customer on payment (connection, customer, made_at desc, uid desc);
create index payment_unended on payment (connection, made_at desc) where state not in (6, 7); -- neither succeeded nor canceled
create index payment_refused on payment (connection, made_at desc, uid desc) where refusal is not null;

create table refund (
    like kept including defaults,
    state          smallint not null,
    payment        text not null,                   -- Stripe's id, or "~" and our uid until it is confirmed; empty: none
    made_at        timestamptz not null,
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index refund_page on refund (connection, made_at desc, uid desc);
create index refund_payment on refund (connection, payment, made_at desc, uid desc);
create index refund_refused on refund (connection, made_at desc, uid desc) where refusal is not null;

-- Which account, in which mode, the key of a connection was first seen to be of: nothing of another is ever mixed into it.
create table owner (
    connection text primary key,
    account    text not null,                       -- acct_…; '': the key may not read it
    live       boolean not null,
    since      timestamptz not null default now()
);

-- The webhook endpoints that we have made at Stripe: the one in use, and for a while the one whose place it took.
create table endpoint (
    connection text not null,
    vendor_id  text collate "C" not null,
    secret     bytea not null,                      -- sealed: Stripe tells it once
    made_at    timestamptz not null default now(),
    retire_at  timestamptz,                         -- it is deleted then; null: it is the one in use
    primary key (connection, vendor_id)
);

-- When a connection's endpoint is looked at next, by whichever replica comes first.
create table registration (
    connection text primary key,
    next_at    timestamptz not null
);
---- create above / drop below ----
drop table registration, endpoint, owner, refund, payment, customer, kept;
