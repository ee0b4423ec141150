-- Receipts of writes into ERPs that take none of our tables. The effect is committed elsewhere, so a receipt is noted before
-- it (`started`), and ended when its outcome is known.

create sequence sluice.receipt_attempts;

create table sluice.receipts (
  -- 128 bits: a digest of partner, environment and Idempotency-Key, or random where there was none.
  key_hash    bytea primary key check (octet_length(key_hash) = 16),
  source      text not null,
  environment text not null check (environment in ('live', 'test')),
  resource    text not null,
  command     text not null,
  partner     text not null,
  -- The partner's accounts when it asked: its thing is looked for in these.
  accounts    text[] not null,
  -- SHA-256 of what was asked.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  -- The partner's own number of the thing that is made.
  natural_key text not null,
  -- `started`: the ERP may be at it, or have done it. `found`: done, and its answer was lost. `done`: answered.
  -- `not_performed`: proven absent; kept for who asks the operation.
  state       text not null check (state in ('started', 'found', 'done', 'not_performed')),
  -- New for whoever takes the request up: one that lost it meanwhile holds another number, and changes nothing.
  attempt     bigint not null default nextval('sluice.receipt_attempts'),
  -- By this database's clock alone: how old a receipt is decides what may be done.
  started_at  timestamptz not null default clock_timestamp(),
  looked_at   timestamptz,
  ended_at    timestamptz,
  status      smallint,
  -- Encrypted; null when it has expired.
  answer      bytea,
  -- A caller must hold these to be shown the answer.
  scopes      text[] not null default '{}',
  -- Path of what was made.
  made        text,
  check ((state = 'started') = (ended_at is null))
);

create index receipts_natural_key on sluice.receipts (source, environment, resource, natural_key);
create index receipts_started on sluice.receipts (source, environment, started_at) where state = 'started';
create index receipts_answered on sluice.receipts (ended_at) where answer is not null;
create index receipts_ended on sluice.receipts (ended_at) where state <> 'started';

-- Notes that a request is about to be carried out, in one round trip: for a key without a receipt, or for one whose receipt
-- is still as the caller saw it (`p_attempt`). Answers the number of the attempt. Null: another request is at it, or is at the
-- same number in one of the same accounts, or has been since `p_since` (the caller has looked into the ERP after that).
-- The locks last until the statement ends. Each statement in here sees what was committed before it, the locks' wait included.
create function sluice.start_receipt(
  p_key_hash bytea, p_source text, p_environment text, p_resource text, p_command text, p_partner text, p_accounts text[],
  p_fingerprint bytea, p_natural_key text, p_attempt bigint, p_since timestamptz
) returns bigint language plpgsql as $$
declare
  v_attempt bigint;
begin
  -- In one order, so that no two requests wait for each other.
  perform pg_advisory_xact_lock(lock) from (
    select distinct hashtextextended(jsonb_build_array('receipt', p_source, p_environment, p_resource, account, p_natural_key)::text, 0) as lock
    from unnest(p_accounts || p_partner) as account order by lock
  ) as locks;
  if exists (
    select from sluice.receipts
    where source = p_source and environment = p_environment and resource = p_resource and natural_key = p_natural_key
      and key_hash <> p_key_hash and (partner = p_partner or accounts && p_accounts)
      and (state = 'started' or (state in ('found', 'done') and ended_at >= p_since))
  ) then
    return null;
  end if;
  insert into sluice.receipts as r (key_hash, source, environment, resource, command, partner, accounts, fingerprint, natural_key, state)
  values (p_key_hash, p_source, p_environment, p_resource, p_command, p_partner, p_accounts, p_fingerprint, p_natural_key, 'started')
  on conflict (key_hash) do update
    set source = excluded.source, command = excluded.command, accounts = excluded.accounts, fingerprint = excluded.fingerprint, natural_key = excluded.natural_key,
        resource = excluded.resource, state = 'started', attempt = excluded.attempt, started_at = clock_timestamp(), looked_at = null,
        ended_at = null, status = null, answer = null, scopes = '{}', made = null
    where r.attempt = p_attempt and r.state in ('started', 'not_performed') and r.partner = p_partner and r.environment = p_environment
  returning r.attempt into v_attempt;
  return v_attempt;
end $$;
