/**
 * Node's HTTP, without what an `import` of it loads besides: that reads all its exports, and some of these are getters
 * for Node's own fetch and WebSocket.
 */
export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http')
