-- Keeps rate limits: for each key the debts of one or more rates, which are paid off as time passes.
--
-- All numbers are whole and below 2^53, which a Lua number holds exactly. A debt is counted in units of a rate:
-- it is paid off by `drain` units a tick, a permit adds `price` units to it, and it may grow to `capacity`, the burst.
--
--   KEYS     one for each limit that is asked, all in one slot of a cluster
--   ARGV     what to do; the time in ticks, or '' for that of this server in microseconds;
--            then for each key: permits, number of rates, and what holds for each rate
--
--     take    drain, price, capacity       takes the permits of all keys, or of none
--     some    drain, price, capacity       takes as many of the permits of its one key as there are
--     charge  drain, price, capacity, permits
--             takes these permits of each rate, whether or not they are there
--     peek    drain, price, capacity       takes nothing
--     refund  drain, price, capacity, debt, refunded
--             gives permits back that a taking has left in this debt, as far as they are not paid off; with the time of
--             the taking and its epoch before the rates
--     add     drain, price, capacity       gives permits, up to the burst
--     reset   drain, price, capacity       forgets all debts
--
-- Answers: permits taken; the time; then for each key: its epoch, and for each rate its debt and what was refunded.
--
-- A value is: the time of its debts (7 bytes), its epoch (7), and for each rate its debt (6), drain (4), capacity (6),
-- and what was refunded (6, which wraps around). It expires when all debts are paid off. What was taken in one
-- epoch is not refunded in another: an epoch ends with the value, and when debts are forgotten or the rate is changed.

local HEAD, RATE = '<i7i7', '<I6I4I6I6'
local MOST = 2 ^ 48 - 1
local WRAP = 2 ^ 48

local deed = ARGV[1]
local now = tonumber(ARGV[2])
local expiry, stepBack
if now then -- a test turns the time by hand, so a value must not expire by the clock
  expiry, stepBack = 3600000, 3.6e12
else
  local time = redis.call('TIME')
  now, stepBack = time[1] * 1000000 + time[2], 1000000
end

-- value * by / of, rounded up; a product may be too large to be held exactly.
local function scaled(value, by, of)
  local quotient, rest = 0, 0
  local bit = 2 ^ 52
  while bit >= 1 do
    quotient, rest = 2 * quotient, 2 * rest
    if by >= bit then
      by, rest = by - bit, rest + value
    end
    local more = math.floor(rest / of)
    quotient, rest = quotient + more, rest - more * of
    bit = bit / 2
  end
  return rest > 0 and quotient + 1 or quotient
end

-- A debt by another rate. Up to the burst it keeps its part of it, and beyond that its length in time.
local function converted(debt, drain, capacity, to)
  if debt <= capacity then
    return scaled(debt, to.capacity, capacity)
  end
  return math.min(MOST, to.capacity + scaled(debt - capacity, to.drain, drain))
end

local at = 3
local function argument()
  at = at + 1
  return tonumber(ARGV[at - 1])
end

local keys = {}
local granted = nil
for k = 1, #KEYS do
  local key = {permits = argument(), rates = {}}
  local count = argument()
  local value = redis.call('GET', KEYS[k])
  local last, position = now, nil
  key.epoch = now
  key.exists = value
  if value then
    last, key.epoch, position = struct.unpack(HEAD, value)
  end
  local elapsed = now - last
  if elapsed < -stepBack then -- another clock: what is owed stays owed, from now on
    elapsed, key.isToWrite = 0, true
  end
  if deed == 'refund' then
    key.since, key.sinceEpoch = argument(), argument()
  end
  for r = 1, count do
    local rate = {drain = argument(), price = argument(), capacity = argument(), debt = 0, refunded = 0}
    if position and position <= #value then
      local debt, drain, capacity, refunded
      debt, drain, capacity, refunded, position = struct.unpack(RATE, value, position)
      if elapsed > debt / drain + 1 then
        debt = 0
      else
        debt = math.min(MOST, math.max(0, debt - elapsed * drain))
      end
      if drain ~= rate.drain or capacity ~= rate.capacity then
        debt = converted(debt, drain, capacity, rate)
        key.epoch, refunded, key.isToWrite = key.epoch + 1, 0, true
      end
      rate.debt, rate.refunded = debt, refunded
    end
    if deed == 'refund' then
      rate.left, rate.before = argument(), argument()
    elseif deed == 'charge' then
      rate.charged = argument()
    end
    local free = math.floor((rate.capacity - rate.debt) / rate.price)
    key.free = math.min(key.free or free, free)
    key.rates[r] = rate
  end
  keys[k] = key
  if deed == 'some' then
    granted = math.max(0, math.min(key.permits, key.free))
    key.permits = granted
  elseif deed == 'take' and key.permits > key.free then
    granted = 0
  end
end
granted = granted or keys[1].permits

for k, key in ipairs(keys) do
  local keeps = false
  local isToWrite = key.isToWrite
  for _, rate in ipairs(key.rates) do
    local debt = rate.debt
    if deed == 'charge' then
      debt = math.min(MOST, debt + rate.charged * rate.price)
      isToWrite = true
    elseif granted > 0 and (deed == 'take' or deed == 'some') then
      debt = debt + key.permits * rate.price
      isToWrite = true
    elseif deed == 'reset' then
      debt = 0
    elseif deed == 'add' or (deed == 'refund' and key.epoch == key.sinceEpoch) then
      local refund = math.min(debt, key.permits * rate.price)
      if deed == 'refund' then
        local paidOff = (now - key.since) * rate.drain + (rate.refunded - rate.before) % WRAP
        refund = math.max(0, math.min(refund, rate.left - paidOff))
      end
      debt = debt - refund
      rate.refunded = (rate.refunded + refund) % WRAP
    end
    if debt < rate.debt then
      keeps, isToWrite = true, true
    end
    rate.debt = debt
  end
  if deed == 'reset' then
    key.epoch = key.epoch + 1
  end
  if isToWrite then
    local millis = 0
    local value = struct.pack(HEAD, now, key.epoch)
    for _, rate in ipairs(key.rates) do
      value = value .. struct.pack(RATE, rate.debt, rate.drain, rate.capacity, rate.refunded)
      millis = math.max(millis, math.ceil(rate.debt / rate.drain / 1000))
    end
    if keeps then
      redis.call('SET', KEYS[k], value, 'KEEPTTL')
    else
      redis.call('SET', KEYS[k], value, 'PX', expiry or millis + 1)
    end
  end
end

local answer = {granted, now}
for _, key in ipairs(keys) do
  answer[#answer + 1] = key.epoch
  for _, rate in ipairs(key.rates) do
    answer[#answer + 1] = rate.debt
    answer[#answer + 1] = rate.refunded
  end
end
return answer
