-- The lifecycle of partners and keys, and the chain of audit records.

alter table sluice.partners
  add column note         text,
  -- While it is set, no credential of the partner is accepted.
  add column suspended_at timestamptz;

alter table sluice.api_keys
  -- Networks the key may be used from, in canonical CIDR notation; null: from anywhere.
  add column allow_from text[] check (cardinality(allow_from) > 0),
  -- The key this one was made from by rotation. Unique: of two rotations at once, one happens.
  add column replaces   text unique references sluice.api_keys (kid),
  -- The first key of a line of rotated ones; all of them are versions of the same credential.
  add column lineage    text;

update sluice.api_keys set lineage = kid;
alter table sluice.api_keys alter column lineage set not null;
create index api_keys_lineage on sluice.api_keys (lineage);
create index api_keys_newest on sluice.api_keys (created_at desc, kid);

-- What was changed, by whom. Each record's hash covers the record and the hash of the one before it, under a key that is
-- not in this database.
create table sluice.audit_records (
  seq        bigint primary key check (seq > 0),
  at         timestamptz not null,
  actor_kind text not null,
  actor_id   text not null,
  actor_name text not null,
  verb       text not null,
  subject    text not null,
  -- Kept to the letter, as they are hashed.
  before     json not null,
  after      json not null,
  request_id text,
  -- Names the key of `hash`.
  key_id     text not null,
  previous   bytea not null check (octet_length(previous) = 32),
  hash       bytea not null check (octet_length(hash) = 32)
);

create index audit_records_subject on sluice.audit_records (subject, seq);
-- For finding where a record that stands in the wrong place belongs.
create index audit_records_previous on sluice.audit_records (previous);

-- The newest record, signed, so that a tail that was cut off is missed. Locked by whoever appends.
create table sluice.audit_head (
  one       boolean primary key default true check (one),
  seq       bigint not null,
  hash      bytea not null check (octet_length(hash) = 32),
  key_id    text,
  -- Null before the first record.
  signature bytea
);

insert into sluice.audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

-- Against mistakes, and against the gateway's own account where another one owns the tables.
create function sluice.refuse_to_alter_audit() returns trigger language plpgsql as $$
begin
  raise exception 'Audit records are never altered or removed.';
end $$;

create trigger audit_records_stay before update or delete or truncate on sluice.audit_records
  for each statement execute function sluice.refuse_to_alter_audit();
