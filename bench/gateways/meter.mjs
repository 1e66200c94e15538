// Preloaded into every gateway: tells the bench what its process used.
process.on('message', (question) => {
  if (question === 'rest') globalThis.gc?.()
  if (question === 'usage' || question === 'rest')
    process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() })
})
process.channel?.unref()
// Nobody outlives the bench.
process.on('disconnect', () => process.exit())
