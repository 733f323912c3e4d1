-- Delivery webhooks, one event a request, each with an id of its own.
local ids, thread = 0, 0
function setup(t) thread = thread + 1; t:set("number", thread) end
function init(args) run = args[1] end
function request()
  ids = ids + 1
  local body = string.format('{"event":"%s","touch_id":"t%d","id":"%s-%d-%d","at":"2026-03-08T07:00:00Z"}',
    ids % 3 == 0 and "clicked" or "delivered", ids * 7919 % 60000 + 1, run, number, ids)
  -- A client without a key has 1,000 requests a second; a provider sends from many addresses.
  local address = string.format("198.51.100.%d", ids % 250 + 1)
  return wrk.format("POST", "/hooks/carrier",
    { Authorization = "Bearer hush", ["Content-Type"] = "application/json", ["X-Forwarded-For"] = address }, body)
end
