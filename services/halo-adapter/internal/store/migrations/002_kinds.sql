create table client (
    like kept including all,
    inactive       boolean not null,                -- from here on: what people filter by
    reference      text not null
) with (fillfactor = 85);
create index client_page on client (connection, created_at desc, uid desc);
create index client_reference on client (connection, reference) where reference <> '';

create table site (
    like kept including all,
    inactive       boolean not null,
    client         text not null
) with (fillfactor = 85);
create index site_page on site (connection, created_at desc, uid desc);
create index site_client on site (connection, client, created_at desc, uid desc);

-- A person at a client; "user" is a word of Postgres's own.
create table contact (
    like kept including all,
    inactive       boolean not null,
    client         text not null,
    site           text not null,
    email          text not null                    -- in lower case
) with (fillfactor = 85);
create index contact_page on contact (connection, created_at desc, uid desc);
create index contact_client on contact (connection, client, created_at desc, uid desc);
create index contact_email on contact (connection, email) where email <> '';

create table quote (
    like kept including all,
    state          smallint not null,
    client         text not null,
    opportunity    text not null
) with (fillfactor = 85);
create index quote_page on quote (connection, created_at desc, uid desc);
create index quote_client on quote (connection, client, created_at desc, uid desc);
create index quote_opportunity on quote (connection, opportunity) where opportunity <> '';

create table invoice (
    like kept including all,
    state          smallint not null,
    client         text not null,
    ticket         text not null,
    issued_at      timestamptz,
    due_at         timestamptz
) with (fillfactor = 85);
create index invoice_page on invoice (connection, created_at desc, uid desc);
create index invoice_client on invoice (connection, client, created_at desc, uid desc);
create index invoice_ticket on invoice (connection, ticket) where ticket <> '';

create table recurring_invoice (
    like kept including all,
    inactive       boolean not null,
    client         text not null
) with (fillfactor = 85);
create index recurring_invoice_page on recurring_invoice (connection, created_at desc, uid desc);

-- What the tenant's people have set up: some dozens of rows each.
create table agent (like kept including all);
create table status (like kept including all);
create table ticket_type (like kept including all);
create table priority (like kept including all);
create table team (like kept including all);

drop table kept;
---- create above / drop below ----
drop table client, site, contact, quote, invoice, recurring_invoice, agent, status, ticket_type, priority, team;
