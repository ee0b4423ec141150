-- What scans remember of things in the ERP, to find what has changed since; and how far they are.

create table sluice.scanned_things (
  source      text not null,
  environment text not null,
  resource    text not null,
  -- Public id.
  thing       text not null,
  -- Whose it is, for the day when it is gone.
  accounts    text[] not null,
  -- Digests, of the whole and of each field that events watch.
  digest      bytea not null,
  primary key (source, environment, resource, thing)
) with (fillfactor = 80);

create table sluice.scans (
  source       text not null,
  environment  text not null,
  resource     text not null,
  -- What the digests are made of; another one means that all of them have to be made anew, without events.
  made_of      text not null,
  -- Where the next piece begins; null: at the beginning.
  position     text,
  -- Whether everything has been looked at once: before, nothing is news.
  has_baseline boolean not null default false,
  pass_began   timestamptz,
  last_pass_at timestamptz,
  primary key (source, environment, resource)
);
