-- What reaches every process: changes of credentials, so that none goes on with what it remembers; and what comes back from
-- them: when each credential was last used, and from where.

-- One row for each thing that changed in a statement. Processes poll this table, so a change that commits late must not be
-- missed. Numbers from a sequence would not do: 7 can be committed, and polled, before 6. A lock that makes numbers follow
-- commits would make every transaction wait for the longest one, and two that change keys in different orders would end in a
-- deadlock. Waiting until no older transaction runs (`xid < pg_snapshot_xmin(pg_current_snapshot())`) would let any idle
-- transaction, even in another database of the server, put off a revocation.
-- So a poller remembers no number but a snapshot, and asks for what is visible now and was not visible in that one:
-- `not pg_visible_in_snapshot(xid, <snapshot of the last poll>)`. Rows and the next snapshot come from one statement, hence
-- from the same snapshot: each commit falls between exactly two polls, whatever its number and however long it took.
create table sluice.credential_changes (
  -- Of the transaction as a whole: snapshots know no subtransactions.
  xid  xid8 not null default pg_current_xact_id(),
  -- `key`, `partner`; other migrations add theirs.
  kind text not null,
  -- `*`: all of the kind.
  id   text not null,
  -- For people; nothing is decided by it.
  at   timestamptz not null default clock_timestamp()
);

create index credential_changes_xid on sluice.credential_changes (xid);

-- How far old changes are forgotten. A round notes a mark: its snapshot and its own transaction. A later one deletes what was
-- visible in that mark, and remembers the transaction as `swept`. A poller in whose snapshot `swept` is visible asked after
-- the mark was taken, so it had seen all that is deleted; any other has to forget everything it knows. No clock decides this.
create table sluice.credential_changes_kept (
  one       boolean primary key default true check (one),
  swept     xid8,
  marked    xid8,
  mark      pg_snapshot,
  marked_at timestamptz
);

insert into sluice.credential_changes_kept default values;

-- Deletes changes that are older than `p_keep`, at most twice that, and windows of failures that are over; one process at a time does it.
create function sluice.sweep_credential_changes(p_keep interval) returns void language plpgsql as $$
declare
  v_kept sluice.credential_changes_kept;
begin
  select * into v_kept from sluice.credential_changes_kept for update skip locked;
  if not found or clock_timestamp() between v_kept.marked_at and v_kept.marked_at + p_keep then
    return;
  end if;
  delete from sluice.failed_authentications where ends_at < clock_timestamp();
  delete from sluice.credential_changes
  where xid < pg_snapshot_xmax(v_kept.mark) and pg_visible_in_snapshot(xid, v_kept.mark);
  update sluice.credential_changes_kept
  set swept = v_kept.marked, marked = pg_current_xact_id(), mark = pg_current_snapshot(), marked_at = clock_timestamp();
end $$;

-- Trigger function: kind, and the column that names what changed. A statement that changes very many says "all of them".
-- The notification carries nothing: it only makes pollers ask sooner.
create function sluice.note_credential_changes() returns trigger language plpgsql as $$
declare
  v_ids text[];
begin
  if TG_OP = 'TRUNCATE' then
    v_ids := '{*}';
  elsif TG_OP = 'UPDATE' then
    execute format('select array_agg(id) from (select %1$I::text as id from changed_from union select %1$I::text from changed_to limit 1001) as found', TG_ARGV[1]) into v_ids;
  elsif TG_OP = 'INSERT' then
    execute format('select array_agg(id) from (select distinct %I::text as id from changed_to limit 1001) as found', TG_ARGV[1]) into v_ids;
  else
    execute format('select array_agg(id) from (select distinct %I::text as id from changed_from limit 1001) as found', TG_ARGV[1]) into v_ids;
  end if;
  if v_ids is null then
    return null;
  end if;
  if cardinality(v_ids) > 1000 then
    v_ids := '{*}';
  end if;
  insert into sluice.credential_changes (kind, id) select TG_ARGV[0], id from unnest(v_ids) as id;
  perform pg_notify('sluice_credentials', '');
  return null;
end $$;

-- For this and later migrations: from now on every change to the table is noted as one of `p_kind`, named by `p_column`.
create function sluice.watch_credentials(p_table regclass, p_kind text, p_column text) returns void language plpgsql as $$
begin
  execute format('create trigger note_inserts after insert on %s referencing new table as changed_to
    for each statement execute function sluice.note_credential_changes(%L, %L)', p_table, p_kind, p_column);
  execute format('create trigger note_updates after update on %s referencing old table as changed_from new table as changed_to
    for each statement execute function sluice.note_credential_changes(%L, %L)', p_table, p_kind, p_column);
  execute format('create trigger note_deletes after delete on %s referencing old table as changed_from
    for each statement execute function sluice.note_credential_changes(%L, %L)', p_table, p_kind, p_column);
  execute format('create trigger note_truncation after truncate on %s
    for each statement execute function sluice.note_credential_changes(%L, %L)', p_table, p_kind, p_column);
end $$;

select sluice.watch_credentials('sluice.api_keys', 'key', 'kid');
select sluice.watch_credentials('sluice.partners', 'partner', 'id');
select sluice.watch_credentials('sluice.partner_accounts', 'partner', 'partner');

-- By the public part of a key, or the id of a client. Written in batches, a few seconds behind.
create table sluice.credential_uses (
  credential    text primary key,
  first_used_at timestamptz not null,
  last_used_at  timestamptz not null,
  -- Of the client, in canonical form; null where it is not known.
  last_address  text,
  uses          bigint not null check (uses > 0)
) with (fillfactor = 70); -- Rows are updated again and again; with room beside them that touches no index.

-- Refused credentials by the network they came from, in fixed windows: what processes tell each other where there is no Redis.
-- Nothing in it is worth a recovery.
create unlogged table sluice.failed_authentications (
  -- An IPv4 address, or the /64 of an IPv6 one.
  network  text primary key,
  failures bigint not null,
  ends_at  timestamptz not null
) with (fillfactor = 70);

create index failed_authentications_ends_at on sluice.failed_authentications (ends_at);
