create table product (
    like kept including defaults,
    active         boolean not null,
    made_at        timestamptz not null,
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index product_page on product (connection, made_at desc, uid desc);

create table price (
    like kept including defaults,
    product        text not null,                   -- Stripe's id
    active         boolean not null,
    lookup_key     text not null,                   -- empty: none
    currency       text not null,                   -- in capitals
    recurring      boolean not null,
    made_at        timestamptz not null,
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index price_page on price (connection, made_at desc, uid desc);
create index price_product on price (connection, product, made_at desc, uid desc);
create index price_lookup on price (connection, lookup_key) where lookup_key <> '';

create table subscription (
    like kept including defaults,
    state          smallint not null,
    customer       text not null,                   -- Stripe's id, or "~" and our uid until it is confirmed
    made_at        timestamptz not null,
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index subscription_page on subscription (connection, made_at desc, uid desc);
create index subscription_customer on subscription (connection, customer, made_at desc, uid desc);
create index subscription_refused on subscription (connection, made_at desc, uid desc) where refusal is not null;

-- An invoice with its payments.
create table invoice (
    like kept including defaults,
    state          smallint not null,
    customer       text not null,                   -- Stripe's id, or "~" and our uid until it is confirmed
    subscription   text not null,                   -- Stripe's id; empty: none
    due_at         timestamptz,                     -- null: it is charged, and never due
    made_at        timestamptz not null,
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index invoice_page on invoice (connection, made_at desc, uid desc);
create index invoice_customer on invoice (connection, customer, made_at desc, uid desc);
create index invoice_subscription on invoice (connection, subscription, made_at desc, uid desc) where subscription <> '';
create index invoice_refused on invoice (connection, made_at desc, uid desc) where refusal is not null;

-- A line of an invoice; vendor_id is "{invoice}/{item}" or, of what a subscription is billed by, "{invoice}/{line}".
create table invoice_item (
    like kept including defaults,
    parent         uuid not null,                   -- the invoice
    primary key (connection, uid),
    unique (connection, vendor_id)
) with (fillfactor = 85);
create index invoice_item_page on invoice_item (connection, parent, created_at desc, uid desc);
---- create above / drop below ----
drop table invoice_item, invoice, subscription, price, product;
