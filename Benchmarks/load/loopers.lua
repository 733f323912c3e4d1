-- Clients that ask again and again for what needs no key, each from an address of its own.
local paths, count = {}, 0
function init(args)
  local page, picture = args[2], args[3]
  paths = { "/healthz", "/openapi.json", page, "/u/no-token", picture, "/nothing-of-the-kind" }
end
function request()
  count = count + 1
  local headers = { ["X-Forwarded-For"] = string.format("203.0.113.%d", count % 40 + 1) }
  return wrk.format("GET", paths[count % #paths + 1], headers)
end
