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
  -- Whoever changes it has the row locked for it. What is held is held by this state alone.
  state         text not null check (state in ('unverified', 'active', 'suspended', 'disabled')),
  state_reason  text,
  created_at    timestamptz not null,
  -- Null: its URL has not answered a challenge.
  verified_at   timestamptz,
  -- Since when every attempt failed, and when its partner was warned of it.
  failing_since timestamptz,
  warned_at     timestamptz,
  -- When it was resumed with deliveries held: from then on they go out at a rate that grows.
  resumed_at    timestamptz,
  -- Deleted ones keep their row for as long as there is something to be told of their deliveries.
  deleted_at    timestamptz,
  check (state <> 'active' or verified_at is not null)
);

create index webhook_endpoints_partner on sluice.webhook_endpoints (partner, environment, created_at desc, id) where deleted_at is null;

-- Secrets of endpoints; the secret itself is in `sealed_secrets`, of_table `webhook_secrets`, by this id.
create table sluice.webhook_secrets (
  id         text primary key check (id ~ '^whs_[0-9A-Za-z]{16}$'),
  endpoint   text not null references sluice.webhook_endpoints (id) on delete cascade,
  signs      text not null check (signs in ('hmac', 'ed25519')),
  -- Of ed25519 keys: `whpk_` and base64.
  public_key text,
  created_at timestamptz not null,
  -- Null: the one in use; else it is in use beside it until then.
  expires_at timestamptz,
  check ((signs = 'ed25519') = (public_key is not null))
);

create index webhook_secrets_endpoint on sluice.webhook_secrets (endpoint);

create function sluice.forget_webhook_secret() returns trigger language plpgsql as $$
begin
  delete from sluice.sealed_secrets where of_table = 'webhook_secrets' and of_row = old.id;
  return null;
end $$;

-- A secret that is no longer in use is nowhere.
create trigger forget after delete on sluice.webhook_secrets for each row execute function sluice.forget_webhook_secret();

-- Challenges and tests that were sent on somebody's wish: so few that the gateway is of no use for flooding others.
create table sluice.webhook_probes (
  endpoint    text not null,
  partner     text not null,
  environment text not null,
  at          timestamptz not null default clock_timestamp()
);

create index webhook_probes_partner on sluice.webhook_probes (partner, environment, at);

-- Notes one more, where that is not too many for the endpoint within a minute, or for its partner within an hour. Answers the
-- seconds to wait; 0: it may be sent. Endpoints that were deleted meanwhile count as well.
create function sluice.take_webhook_probe(p_endpoint text, p_partner text, p_environment text, p_per_minute integer, p_per_hour integer)
returns integer language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_free_at timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended(jsonb_build_array('webhook probe', p_partner, p_environment)::text, 0));
  delete from sluice.webhook_probes where partner = p_partner and environment = p_environment and at < v_now - interval '1 hour';
  select max(free_at) into v_free_at from (
    (select at + interval '1 hour' as free_at from sluice.webhook_probes where partner = p_partner and environment = p_environment
      order by at desc offset p_per_hour - 1 limit 1)
    union all
    (select at + interval '1 minute' from sluice.webhook_probes where partner = p_partner and environment = p_environment and endpoint = p_endpoint
      order by at desc offset p_per_minute - 1 limit 1)
  ) as full_until;
  if v_free_at > v_now then
    return greatest(1, ceil(extract(epoch from v_free_at - v_now)));
  end if;
  insert into sluice.webhook_probes (endpoint, partner, environment, at) values (p_endpoint, p_partner, p_environment, v_now);
  return 0;
end $$;

-- Requests of partners that changed endpoints, by their Idempotency-Key: written with the change. The answer, which may hold a
-- secret, is in `sealed_secrets`, of_table `webhook_receipts`, by the key's hash in hex, for a day.
create table sluice.webhook_receipts (
  key_hash    bytea primary key check (octet_length(key_hash) = 16),
  -- SHA-256 of what was asked.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  status      smallint not null,
  made        text,
  at          timestamptz not null default clock_timestamp(),
  answered    boolean not null default true
);

create index webhook_receipts_answered on sluice.webhook_receipts (at) where answered;
create index webhook_receipts_at on sluice.webhook_receipts (at);
