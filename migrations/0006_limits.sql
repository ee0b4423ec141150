-- What partners may take: plans, who has which, what is set for single keys, and the counts of quotas.

create table sluice.plans (
  name              text primary key check (name ~ '^[a-z][a-z0-9-]{0,39}$'),
  -- Units of cost in any window of so many seconds; null: no such limit.
  burst_quota       integer check (burst_quota > 0),
  burst_seconds     integer check (burst_seconds between 1 and 86400),
  sustained_quota   integer check (sustained_quota > 0),
  sustained_seconds integer check (sustained_seconds between 1 and 86400),
  -- In a day, and in a month, of UTC.
  daily_quota       integer check (daily_quota > 0),
  monthly_quota     integer check (monthly_quota > 0),
  -- Requests underway at once.
  inflight          integer check (inflight > 0),
  created_at        timestamptz not null default now(),
  -- Whom a change concerns, for `watch_credentials`: whoever has the plan, and that is not written here.
  everyone          text not null generated always as ('*') stored,
  check ((burst_quota is null) = (burst_seconds is null)),
  check ((sustained_quota is null) = (sustained_seconds is null))
);

-- Of every partner that is given no other: room for any integration that behaves, not for a loop that has lost its brake.
insert into sluice.plans (name, burst_quota, burst_seconds, sustained_quota, sustained_seconds, inflight)
values ('default', 1000, 10, 12000, 300, 50);

create table sluice.plan_assignments (
  partner     text not null references sluice.partners (id) on delete cascade,
  environment text not null check (environment in ('live', 'test')),
  plan        text not null references sluice.plans (name),
  primary key (partner, environment)
);

create index plan_assignments_plan on sluice.plan_assignments (plan);

-- Of one key, besides what its partner's plan allows.
create table sluice.key_limits (
  kid               text primary key references sluice.api_keys (kid) on delete cascade,
  burst_quota       integer check (burst_quota > 0),
  burst_seconds     integer check (burst_seconds between 1 and 86400),
  sustained_quota   integer check (sustained_quota > 0),
  sustained_seconds integer check (sustained_seconds between 1 and 86400),
  check ((burst_quota is null) = (burst_seconds is null)),
  check ((sustained_quota is null) = (sustained_seconds is null)),
  check (burst_quota is not null or sustained_quota is not null)
);

-- Counts of days and months where there is no Redis, in the form of the library that keeps them. `expire`: milliseconds since 1970.
create table sluice.quotas (
  key    varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);

create index quotas_expire on sluice.quotas (expire);

-- What a credential of a partner may take: for the lookup of credentials, whatever their kind.
create function sluice.limit_terms(p_partner text, p_environment text, p_credential text) returns jsonb language sql stable as $$
  select jsonb_build_object('plan', to_jsonb(plans), 'key', (select to_jsonb(key_limits) from sluice.key_limits where kid = p_credential))
  from sluice.plans
  where name = coalesce((select plan from sluice.plan_assignments where partner = p_partner and environment = p_environment), 'default')
$$;

-- What processes remember of credentials holds their limits as well.
select sluice.watch_credentials('sluice.plans', 'partner', 'everyone');
select sluice.watch_credentials('sluice.plan_assignments', 'partner', 'partner');
select sluice.watch_credentials('sluice.key_limits', 'key', 'kid');
