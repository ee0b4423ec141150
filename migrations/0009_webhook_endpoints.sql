-- Where partners receive events.

create table sluice.webhook_endpoints (
  id            text primary key check (id ~ '^we_[0-9A-Za-z]{16}$'),
  partner       text not null references sluice.partners (id),
  environment   text not null check (environment in ('live', 'test')),
  url           text not null check (url <> ''),
  -- Types of events; `*` for all.
  types         text[] not null check (cardinality(types) > 0),
  api_version   date not null,
  -- Of the credential that made it: what it is sent shows nothing that the credential could not have read.
  scopes        text[] not null,
  description   text,
  signs         text not null check (signs in ('hmac', 'ed25519')),
  state         text not null check (state in ('unverified', 'active', 'suspended', 'disabled')),
  state_reason  text,
  created_at    timestamptz not null,
  verified_at   timestamptz,
  -- Since when every attempt failed, and when its partner was warned of it.
  failing_since timestamptz,
  warned_at     timestamptz,
  -- When it was resumed with deliveries held: from then on they go out at a rate that grows.
  resumed_at    timestamptz,
  deleted_at    timestamptz
);

create index webhook_endpoints_partner on sluice.webhook_endpoints (partner, environment) where deleted_at is null;

-- Secrets of endpoints; the secret itself is in `sealed_secrets`, of_table `webhook_secrets`, by this id.
create table sluice.webhook_secrets (
  id         text primary key check (id ~ '^whs_[0-9A-Za-z]{16}$'),
  endpoint   text not null references sluice.webhook_endpoints (id) on delete cascade,
  signs      text not null check (signs in ('hmac', 'ed25519')),
  -- Of ed25519 keys: `whpk_` and base64.
  public_key text,
  created_at timestamptz not null,
  -- Null: the one in use; else it is in use beside it until then.
  expires_at timestamptz
);

create index webhook_secrets_endpoint on sluice.webhook_secrets (endpoint);
