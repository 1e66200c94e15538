// node deploy/grafana/generate.ts  writes dashboards/*.json, which Grafana reads
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboards } from './dashboards.ts'
import { dashboardJson } from './panels.ts'

/** Every dashboard's text by its file. */
export const dashboardFiles = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(dashboards).map(([name, dashboard]) => [
      join(import.meta.dirname, 'dashboards', `${name}.json`),
      `${JSON.stringify(dashboardJson(name, dashboard), null, 1)}\n`,
    ]),
  )

if (import.meta.main) for (const [file, text] of Object.entries(dashboardFiles())) writeFileSync(file, text)
