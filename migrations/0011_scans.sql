-- What scans remember of things in the ERP, to find what has changed since; and how far they are.

-- Numbers every state that is remembered and every difference that is found, so that no two of them are ever called the same.
create sequence sluice.scan_numbers;

create table sluice.scanned_things (
  source           text not null,
  environment      text not null check (environment in ('live', 'test')),
  resource         text not null,
  -- Public id.
  thing            text not null,
  -- The state that events have been made of, or that was there when nothing was news yet. Null: nobody was told of it.
  digest           bytea,
  -- Whose it is, for the day when it is gone; null: everyone's.
  accounts         jsonb,
  -- Another one whenever `digest` was written.
  version          bigint not null default nextval('sluice.scan_numbers'),
  -- A difference that was handed out for recording: what it is called, and what is remembered once it is recorded (no digest:
  -- it is gone).
  finding          bigint,
  finding_digest   bytea,
  finding_accounts jsonb,
  -- Since when the ERP has not had it; not believed at once.
  missing_since    timestamptz,
  primary key (source, environment, resource, thing)
) with (fillfactor = 80);

create index scanned_things_finding on sluice.scanned_things (source, environment, finding) where finding is not null;
create index scanned_things_missing on sluice.scanned_things (source, environment, resource, thing) where missing_since is not null;

create table sluice.scans (
  source         text not null,
  environment    text not null check (environment in ('live', 'test')),
  resource       text not null,
  -- What makes a row one of the resource's: where another, all things have to be noted anew, without events.
  made_of        text not null,
  -- `rows`: reads the ERP's, in the order of their keys. `things`: asks which of the remembered ones are still there. `gone`: looks
  -- once more for those that are not.
  phase          text not null check (phase in ('rows', 'things', 'gone', 'waiting')),
  -- Where the next piece of the phase begins; null: at the beginning.
  position       text,
  -- Whether everything has been looked at once: before, nothing is news.
  has_baseline   boolean not null default false,
  -- A pass is wanted before its time. `emptied`: at once, and whatever is missing in it is believed to be gone.
  wanted         text check (wanted in ('look', 'emptied')),
  -- The pass underway is such a pass.
  believes       boolean not null default false,
  -- Of the pass underway: rows read, things asked for, and how many of them were missing.
  rows_read      bigint not null default 0,
  things_asked   bigint not null default 0,
  things_missing bigint not null default 0,
  -- Nothing is said of things that are missing, since they are too many: since when, and how many they were. How many a person
  -- has confirmed, for the next pass.
  held_at        timestamptz,
  held_things    bigint,
  confirmed      bigint not null default 0,
  pass_began     timestamptz,
  last_pass_at   timestamptz,
  last_pass_rows bigint,
  passes         bigint not null default 0,
  primary key (source, environment, resource)
);
