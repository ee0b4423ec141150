-- Who may call: partners, their account numbers in the ERP, and their API keys.

create table sluice.partners (
  id         text primary key,
  name       text not null check (name <> ''),
  created_at timestamptz not null default now()
);

-- Operators name partners on the command line, so a name leads to one partner whatever its case.
create unique index partners_name on sluice.partners (lower(name));

create table sluice.partner_accounts (
  partner     text not null references sluice.partners (id) on delete cascade,
  environment text not null check (environment in ('live', 'test')),
  account     text not null check (account <> ''),
  primary key (partner, environment, account)
);

create table sluice.api_keys (
  -- Public part of the key, unique over both environments.
  kid            text primary key check (kid ~ '^[0-9A-Za-z]{12}$'),
  partner        text not null references sluice.partners (id),
  environment    text not null check (environment in ('live', 'test')),
  -- HMAC-SHA-256 of the secret under the pepper of this version; the secret itself is stored nowhere.
  mac            bytea not null check (octet_length(mac) = 32),
  pepper_version integer not null,
  scopes         text[] not null check (cardinality(scopes) > 0),
  api_version    date not null,
  label          text,
  created_at     timestamptz not null default now(),
  expires_at     timestamptz,
  suspended_at   timestamptz,
  revoked_at     timestamptz
);

create index api_keys_partner on sluice.api_keys (partner, created_at);
