import { resolve } from 'node:path'
import { root } from './subgraphs.ts'

/** Where the embedded system keeps what must outlive it: .data, or DATA_DIR. */
export const dataFolder = (): string => resolve(root, process.env['DATA_DIR'] || '.data')
