/** The steps on an environment’s shared state, each of which Redis does as one. Their keys: hash, stream, environments. */
import { script } from './connection.ts';

/** Makes the environment unless it is there; either way it lives on. Gives what came of it, its version and its birth. */
export const BEGIN = script(`
local hash, stream, environments = unpack(KEYS)
local name, now, born, generation, secret, seconds, most, mustBeNew, initial = unpack(ARGV)
local what = 'there'
local known = redis.call('HMGET', hash, 'version', 'born', 'seconds')
if known[1] and mustBeNew == '1' then return { 'taken' } end
if not known[1] then
  redis.call('ZREMRANGEBYSCORE', environments, '-inf', now)
  if name ~= 'default' and redis.call('ZCARD', environments) >= tonumber(most) then return { 'full' } end
  redis.call('DEL', hash, stream)
  redis.call('HSET', hash, 'version', 1, 'born', born, 'generation', generation, 'secret', secret,
    'seconds', seconds, 'started', now, 'initial', initial, 'fixtures_version', 1)
  known = { '1', born, seconds }
  what = 'begun'
end
local life = math.ceil(tonumber(known[3]) * 1000)
redis.call('PEXPIRE', hash, life)
redis.call('PEXPIRE', stream, life)
if name ~= 'default' then redis.call('ZADD', environments, tonumber(now) + life, name) end
return { what, known[1], known[2] }
`);

/** Writes over a version. Gives the new version and that of the fixtures, or 0 where another change was faster. */
export const CHANGE = script(`
local hash = KEYS[1]
local version, born, generation, clock, keys, hasFixtures, fixtures = unpack(ARGV)
local known = redis.call('HMGET', hash, 'version', 'born')
if known[1] ~= version or known[2] ~= born then return 0 end
redis.call('HSET', hash, 'generation', generation, 'clock', clock)
if keys ~= '' then redis.call('HSET', hash, 'keys', keys) end
if hasFixtures == '1' then
  redis.call('HSET', hash, 'fixtures', fixtures)
  redis.call('HINCRBY', hash, 'fixtures_version', 1)
end
return { redis.call('HINCRBY', hash, 'version', 1), redis.call('HGET', hash, 'fixtures_version') }
`);

/** Gives 1 where the fixtures to begin with are others now. */
export const INSTALL = script(`
local hash = KEYS[1]
if redis.call('HGET', hash, 'digest') == ARGV[1] then return 0 end
redis.call('HSET', hash, 'digest', ARGV[1], 'initial', ARGV[2], 'fixtures', '')
redis.call('HINCRBY', hash, 'fixtures_version', 1)
redis.call('HINCRBY', hash, 'version', 1)
return 1
`);

/** Gives 1 where it was there. */
export const END = script(`
local hash, stream, environments = unpack(KEYS)
redis.call('ZREM', environments, ARGV[1])
return redis.call('DEL', hash, stream) > 0 and 1 or 0
`);

/** Names, beginnings, lives in seconds and ends of the environments beside the default one. */
export const ENVIRONMENTS = script(`
local environments = KEYS[1]
redis.call('ZREMRANGEBYSCORE', environments, '-inf', ARGV[1])
local found = {}
local all = redis.call('ZRANGE', environments, 0, -1, 'WITHSCORES')
for place = 1, #all, 2 do
  local known = redis.call('HMGET', ARGV[2] .. all[place], 'started', 'seconds')
  if known[1] then found[#found + 1] = { all[place], known[1], known[2], all[place + 1] } end
end
return found
`);

/** Keeps the first value of a field, where the environment is there. Gives the one that counts. */
export const FIRST = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return ARGV[2] end
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HGET', KEYS[1], ARGV[1])
`);
