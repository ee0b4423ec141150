-- Who runs the gateway, and what partners did with it.

create table sluice.operators (
  -- Public part of the token too.
  id             text primary key check (id ~ '^opr_[0-9A-Za-z]{12}$'),
  name           text not null check (name <> ''),
  role           text not null check (role in ('viewer', 'operator', 'admin')),
  -- HMAC-SHA-256 of the token's secret under the pepper of this version; the secret itself is stored nowhere.
  mac            bytea not null check (octet_length(mac) = 32),
  pepper_version integer not null,
  created_at     timestamptz not null,
  expires_at     timestamptz,
  revoked_at     timestamptz,
  last_used_at   timestamptz
);

-- Audit records name operators, so a name leads to one of them at a time.
create unique index operators_name on sluice.operators (lower(name)) where revoked_at is null;

-- One row per request whose caller was known: never its query, body or headers.
create table sluice.request_log (
  partner     text not null,
  environment text not null check (environment in ('live', 'test')),
  at          timestamptz not null,
  request_id  uuid not null,
  key         text not null,
  address     text,
  method      text not null,
  route       text not null,
  operation   text not null,
  version     date not null,
  status      smallint not null,
  code        text,
  cost        integer not null,
  ms          real not null,
  replayed    boolean not null,
  -- A partner's own log is read in this order. What is written again after a lost answer is recognised by it as well.
  primary key (partner, environment, at, request_id)
);

-- Few requests fail, and those are looked for.
create index request_log_failures on sluice.request_log (partner, environment, at, request_id) where status >= 400;
-- By age, for deleting. Not by `at` itself: a partner's own log would be looked for along it, past everybody else's.
create index request_log_age on sluice.request_log ((at at time zone 'UTC'));

-- What the log is summed up to: kept long after it is gone.
create table sluice.usage_counts (
  partner      text not null,
  environment  text not null check (environment in ('live', 'test')),
  -- In UTC.
  day          date not null,
  key          text not null,
  operation    text not null,
  version      date not null,
  -- 2 for 200 to 299, and so on.
  status_class smallint not null,
  method       text not null,
  route        text not null,
  requests     bigint not null,
  -- Units of the partner's limits.
  cost         bigint not null,
  primary key (partner, environment, day, key, operation, version, status_class)
);

create index usage_counts_day on sluice.usage_counts (day);
