// SPDX-License-Identifier: EUPL-1.2
// The routes of the project's own modules, read from the tables in their source.
import fs from 'node:fs'
import path from 'node:path'
import { root } from './stack.mjs'

export const MODULES = ['portal', 'shop', 'guestbook']

function routesOf (module) {
  const source = fs.readFileSync(path.join(root, 'modules', module, `${module}.c`), 'utf8')
  return [...source.matchAll(/\{ \.method = SCOP_(GET|POST), +\.path = "([^"]+)"[^\n]*/g)].map(([line, method, pattern]) => ({
    module, method, pattern, open: /\.open = true/.test(line), permission: line.match(/\.permission = "([^"]+)"/)?.[1],
    stored: /\.stored = true/.test(line) }))
}

export const routes = MODULES.flatMap(routesOf)
export const inPortal = routes.filter((route) => route.permission || route.open)
export const inPublic = routes.filter((route) => !route.permission && !route.open && !route.stored)
