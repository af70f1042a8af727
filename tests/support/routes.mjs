// SPDX-License-Identifier: EUPL-1.2
// The routes of the project's own modules, read from the tables in their source.
import fs from 'node:fs'
import path from 'node:path'
import { root } from './stack.mjs'

export const ANY = 'any member' // instead of a permission
export const MODULES = ['portal', 'shop', 'guestbook']

// A route is an entry of the table: it begins with its method, and ends where the next one or the table's end stands.
function routesOf (module) {
  const source = fs.readFileSync(path.join(root, 'modules', module, `${module}.c`), 'utf8')
  const entries = source.split(/\{\s*\.method = SCOP_(?=GET|POST)/).slice(1).map((entry) => entry.split('{ 0 }')[0])
  return entries.map((entry) => {
    const [, method, pattern] = entry.match(/^(GET|POST),\s*\.path = "([^"]+)"/)
    return { module, method, pattern, open: /\.open = true/.test(entry), permission: /\.permission = SCOP_ANY_MEMBER/.test(entry) ? ANY : entry.match(/\.permission = "([^"]+)"/)?.[1], stored: /\.stored = true/.test(entry) }
  })
}

export const routes = MODULES.flatMap(routesOf)
export const inPortal = routes.filter((route) => route.permission || route.open)
export const inPublic = routes.filter((route) => !route.permission && !route.open && !route.stored)
