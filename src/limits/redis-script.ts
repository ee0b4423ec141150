/** The script that counts in Redis: one round trip, all policies checked before any is charged, by the clock of Redis alone. */

import { slotsPerWindow } from "./sliding-window.ts";

/*
 * A policy is a list: slot, units, slot, units, ..., generation, sum. Oldest first; slots as in `sliding-window.ts`, which has
 * the proof. A new list has a new generation. A process sends along what it has admitted by itself (`own`), what of that was
 * never counted here (`uncounted`) and the generation it knows: a list of another one has forgotten it, so all that it has
 * admitted is added, and what Redis has lost comes back.
 */

/** Keys: leases of requests underway, then a list per policy; all have one hash tag. */
export const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if ARGV[1] ~= '' then now = tonumber(ARGV[1]) end
local lease, lease_ms, most, cost = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local back, back_at = tonumber(ARGV[6]), tonumber(ARGV[7])
local slots = ${slotsPerWindow}
local function text(number) return string.format('%.0f', number) end

local admitted, crowded = 1, 0
local states = {}
for i = 2, #KEYS do
  local key, at = KEYS[i], 8 + (i - 2) * 5
  local quota, slot_us, own, uncounted = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local slot = math.floor(now / slot_us)
  local length = redis.call('LLEN', key)
  local tail = length > 0 and redis.call('LRANGE', key, -4, -1) or {}
  local generation, sum, newest = tail[#tail - 1], tonumber(tail[#tail] or 0), length > 2 and tonumber(tail[1]) or nil
  local before = sum
  if newest and newest - slot > slots then
    -- The clock was set back by more than a window: what is known of it says nothing about now.
    redis.call('DEL', key)
    length, sum, newest, generation, before = 0, 0, nil, nil, 0
  elseif newest and newest > slot then
    slot = newest
  end
  if newest and newest < slot - slots then
    redis.call('LTRIM', key, -2, -1)
    length, sum, newest = 2, 0, nil
  end
  while length > 2 do
    local head = redis.call('LRANGE', key, 0, 1)
    if tonumber(head[1]) >= slot - slots then break end
    redis.call('LPOP', key, 2)
    length, sum = length - 2, sum - tonumber(head[2])
  end
  if length <= 2 then newest = nil end
  if back > 0 and newest then
    local pairs, target = redis.call('LRANGE', key, 0, -3), math.floor(back_at / slot_us)
    for p = #pairs - 1, 1, -2 do
      if tonumber(pairs[p]) <= target then
        local taken = math.min(back, quota, tonumber(pairs[p + 1]))
        redis.call('LSET', key, p, text(tonumber(pairs[p + 1]) - taken))
        sum = sum - taken
        break
      end
    end
  end
  local carried = uncounted
  if ARGV[at + 4] ~= '' and ARGV[at + 4] ~= generation then carried = own end
  sum = sum + carried
  local price, wait = math.min(cost, quota), 0
  local over = sum + price - quota
  if over > 0 then
    admitted = 0
    local pairs = length > 2 and redis.call('LRANGE', key, 0, -3) or {}
    for p = 1, #pairs, 2 do
      over = over - tonumber(pairs[p + 1])
      if over <= 0 then
        wait = (tonumber(pairs[p]) + slots + 1) * slot_us - now
        break
      end
    end
    if over > 0 then wait = (slot + slots + 1) * slot_us - now end
  end
  states[i] = { key, slot, slot_us, length, generation, sum, newest, carried, price, wait, before }
end

if most > 0 and lease ~= '' then
  local now_ms = math.floor(now / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now_ms))
  if redis.call('ZCARD', KEYS[1]) >= most then
    admitted, crowded = 0, 1
  elseif admitted == 1 then
    redis.call('ZADD', KEYS[1], text(now_ms + lease_ms), lease)
    redis.call('PEXPIRE', KEYS[1], lease_ms * 2)
  end
end

local answer = { admitted, crowded, now }
for i = 2, #KEYS do
  local key, slot, slot_us, length, generation, sum, newest, carried, price, wait, before = unpack(states[i], 1, 11)
  local added = carried
  if admitted == 1 then
    added = added + price
    sum = sum + price
  end
  if added > 0 then
    if not generation then generation = text(now) end
    if length == 0 then
      redis.call('RPUSH', key, text(slot), text(added), generation, text(sum))
      length = 4
    elseif newest == slot then
      redis.call('LSET', key, -3, text(tonumber(redis.call('LINDEX', key, -3)) + added))
      redis.call('LSET', key, -1, text(sum))
    else
      redis.call('LSET', key, -2, text(slot))
      redis.call('LSET', key, -1, text(added))
      redis.call('RPUSH', key, generation, text(sum))
      length = length + 2
    end
    redis.call('PEXPIRE', key, math.floor(slot_us * slots / 500))
  elseif sum ~= before then
    redis.call('LSET', key, -1, text(sum))
  end
  local reset = slot_us * slots
  while length > 2 do
    local head = redis.call('LRANGE', key, 0, 1)
    if head[2] ~= '0' then
      reset = (tonumber(head[1]) + slots + 1) * slot_us - now
      break
    end
    redis.call('LPOP', key, 2)
    length = length - 2
  end
  local base = #answer
  answer[base + 1], answer[base + 2], answer[base + 3], answer[base + 4] = generation or '', sum, wait, reset
end
return answer
`;

/** Prolongs leases that are still there. Key: the leases of one partner. */
export const renewScript = `
local time = redis.call('TIME')
local until_ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1]))
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', until_ms, ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]) * 2)
return #ARGV - 1
`;

/** Says that a process lives, and answers how many do. Key: the processes. */
export const beatScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - tonumber(ARGV[2])))
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) * 2)
return redis.call('ZCARD', KEYS[1])
`;
