-- OAuth2: clients of partners, the keys that sign access tokens, issuers that are trusted; and secrets at rest, of any kind.

-- A secret that has to be read again, sealed by `src/lib/envelope.ts`. It belongs to a row of another table, and is bound to it:
-- moved to another row, it does not open.
create table sluice.sealed_secrets (
  of_table      text not null,
  of_row        text not null,
  -- Which of the gateway's secrets wraps the data key.
  wrapped_under text not null,
  wrapped_key   bytea not null,
  sealed        bytea not null,
  sealed_at     timestamptz not null default clock_timestamp(),
  primary key (of_table, of_row)
);

create index sealed_secrets_wrapped_under on sluice.sealed_secrets (wrapped_under, of_table, of_row);

-- Whose tokens are taken besides the gateway's own. One issuer may stand here twice, with an audience for each environment.
create table sluice.trusted_issuers (
  id           text primary key check (id ~ '^iss_[0-9A-Za-z]{12}$'),
  issuer       text not null,
  audience     text not null,
  jwks_url     text not null check (jwks_url like 'https://%'),
  algorithms   text[] not null check (cardinality(algorithms) > 0),
  -- `typ` of its tokens' headers.
  token_type   text not null check (token_type in ('at+jwt', 'JWT')),
  -- The claim that says which client a token is for.
  client_claim text not null check (client_claim in ('sub', 'client_id', 'azp')),
  created_at   timestamptz not null default clock_timestamp(),
  unique (issuer, audience)
);

-- A credential of a partner, beside its keys.
create table sluice.oauth_clients (
  id           text primary key check (id ~ '^cl_[0-9A-Za-z]{18}$'),
  partner      text not null references sluice.partners (id),
  environment  text not null check (environment in ('live', 'test')),
  -- How it proves to be itself.
  auth         text not null check (auth in ('client_secret', 'private_key_jwt', 'external_issuer')),
  -- Of `private_key_jwt`: its public keys, or where they are.
  jwks         jsonb,
  jwks_url     text check (jwks_url like 'https://%'),
  -- Of `external_issuer`: who vouches for it, and as whom.
  issuer       text references sluice.trusted_issuers (id),
  subject      text,
  scopes       text[] not null check (cardinality(scopes) > 0),
  -- Networks it may come from, in canonical CIDR notation; null: from anywhere.
  allow_from   text[] check (cardinality(allow_from) > 0),
  api_version  date not null,
  label        text,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz,
  suspended_at timestamptz,
  revoked_at   timestamptz,
  check ((auth = 'private_key_jwt') = (num_nonnulls(jwks, jwks_url) = 1) and num_nonnulls(jwks, jwks_url) < 2),
  check ((auth = 'external_issuer') = (num_nonnulls(issuer, subject) = 2) and num_nonnulls(issuer, subject) in (0, 2))
);

create index oauth_clients_partner on sluice.oauth_clients (partner, created_at);
create unique index oauth_clients_subject on sluice.oauth_clients (issuer, subject);

-- Two at most are valid at once: while one takes the place of the other.
create table sluice.oauth_client_secrets (
  client         text not null references sluice.oauth_clients (id) on delete cascade,
  id             text not null check (id ~ '^[0-9A-Za-z]{8}$'),
  -- HMAC-SHA-256 of the secret under the pepper of this version; the secret itself is stored nowhere.
  mac            bytea not null check (octet_length(mac) = 32),
  pepper_version integer not null,
  created_at     timestamptz not null default clock_timestamp(),
  expires_at     timestamptz,
  primary key (client, id)
);

-- Assertions (RFC 7523) that were used, for as long as they could be used again.
create table sluice.oauth_assertions (
  client     text not null references sluice.oauth_clients (id) on delete cascade,
  -- SHA-256 of `jti`.
  jti_hash   bytea not null check (octet_length(jti_hash) = 32),
  expires_at timestamptz not null,
  primary key (client, jti_hash)
);

create index oauth_assertions_expires on sluice.oauth_assertions (expires_at);

-- Keys that sign access tokens; the private ones stand in sealed_secrets. The one that signs is the newest whose time has come:
-- exactly one at any moment, by this database's clock.
create table sluice.signing_keys (
  kid          text primary key,
  algorithm    text not null check (algorithm in ('ES256')),
  public_jwk   jsonb not null,
  created_at   timestamptz not null default clock_timestamp(),
  signs_from   timestamptz not null unique,
  -- Of a key that was compromised: nothing it signed counts.
  withdrawn_at timestamptz
);

-- Whatever changes of these reaches every process (0004).
select sluice.watch_credentials('sluice.oauth_clients', 'client', 'id');
select sluice.watch_credentials('sluice.signing_keys', 'signing-key', 'kid');

-- Adds a key and its sealed private key, one process at a time; answers whether it did. Not while another one waits for its time,
-- nor, with `p_unless_newer`, when the newest has signed for less than that. `p_withdraw`: those before count no more, and whatever
-- waits is dropped. Each statement in here sees what was committed before it, the lock's wait included.
create function sluice.add_signing_key(
  p_kid text, p_algorithm text, p_public_jwk jsonb, p_wrapped_under text, p_wrapped_key bytea, p_sealed bytea,
  p_signs_in interval, p_unless_newer interval, p_withdraw boolean
) returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('sluice signing key', 0));
  if p_withdraw then
    update sluice.signing_keys set withdrawn_at = clock_timestamp() where withdrawn_at is null;
  elsif exists (select from sluice.signing_keys where withdrawn_at is null and signs_from > clock_timestamp() - coalesce(p_unless_newer, interval '0')) then
    return false;
  end if;
  insert into sluice.signing_keys (kid, algorithm, public_jwk, signs_from)
  values (
    p_kid, p_algorithm, p_public_jwk,
    -- The first one, and the one after those that were withdrawn, has nothing to wait for.
    clock_timestamp() + case when exists (select from sluice.signing_keys where withdrawn_at is null) then p_signs_in else interval '0' end
  );
  insert into sluice.sealed_secrets (of_table, of_row, wrapped_under, wrapped_key, sealed)
  values ('signing_keys', p_kid, p_wrapped_under, p_wrapped_key, p_sealed);
  -- Those that will never sign again need no private key.
  delete from sluice.sealed_secrets where of_table = 'signing_keys' and of_row in (
    select kid from sluice.signing_keys as old
    where withdrawn_at is not null
      or exists (select from sluice.signing_keys as newer where newer.withdrawn_at is null and newer.signs_from > old.signs_from and newer.signs_from < clock_timestamp() - interval '1 hour')
  );
  return true;
end $$;
