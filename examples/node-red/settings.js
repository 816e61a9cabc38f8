'use strict'

// How node-RED runs here: the editor and the hooks on this machine only.
module.exports = {
  uiHost: '127.0.0.1',
  uiPort: process.env.PORT || 1880,
  flowFile: `${__dirname}/flow.json`,
  nodesDir: [__dirname],
  telemetry: { enabled: false }
}
