-- The event log: facts about things of the ERP, and for each partner the numbered list of those that concern it.

create table sluice.events (
  id          text primary key check (id ~ '^evt_[0-9A-Za-z]{22}$'),
  environment text not null check (environment in ('live', 'test')),
  -- Null for the gateway's own.
  source      text,
  -- What the change is called at its source: recorded once, however often it is captured.
  change_key  text,
  type        text not null,
  resource    text not null,
  resource_id text not null,
  entity_seq  bigint not null check (entity_seq > 0),
  origin      text not null check (origin in ('api', 'erp', 'scan', 'replay', 'gateway')),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  -- As texts: what was written is what is read, number by number.
  data        json,
  previous    json,
  unique (source, environment, change_key, type)
);

-- Events of one thing, in their order; and by age, for deleting.
create index events_thing on sluice.events (environment, resource, resource_id, entity_seq);
create index events_recorded_at on sluice.events (recorded_at);

-- The last number of each thing and of each partner. A row is locked until what is numbered is committed, so that numbers
-- become visible in their order, and none is left out.
create table sluice.entity_heads (
  environment text not null,
  resource    text not null,
  resource_id text not null,
  seq         bigint not null,
  primary key (environment, resource, resource_id)
) with (fillfactor = 80);

create table sluice.partner_heads (
  partner     text not null references sluice.partners (id) on delete cascade,
  environment text not null,
  seq         bigint not null,
  primary key (partner, environment)
) with (fillfactor = 50);

create table sluice.partner_events (
  partner     text not null,
  environment text not null,
  seq         bigint not null check (seq > 0),
  event       text not null references sluice.events (id) on delete cascade,
  primary key (partner, environment, seq)
);

create index partner_events_event on sluice.partner_events (event);

-- What whoever relays a source has last seen of it: for operators, whose commands do not ask the ERP.
create table sluice.capture_states (
  name        text primary key,
  source      text not null,
  environment text not null check (environment in ('live', 'test')),
  seen_at     timestamptz not null,
  -- Null where nobody can know.
  waiting     bigint,
  oldest_ms   double precision,
  -- Null: it goes on.
  trouble     text
);
