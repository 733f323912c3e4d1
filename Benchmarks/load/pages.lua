-- A person who looks at the page of his own link, and the picture in a message.
local paths, count = {}, 0
function init(args) paths = { args[2], args[3] } end
function request()
  count = count + 1
  return wrk.format("GET", paths[count % #paths + 1], { ["X-Forwarded-For"] = string.format("198.51.100.%d", count % 250 + 1) })
end
