// SPDX-License-Identifier: EUPL-1.2
// The package.json of an installed Scopiton: what tests import, and what that needs of npm. Usage: node sdk/package.mjs VERSION
import fs from 'node:fs'

const { name, license, type, exports, devDependencies } = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const needed = ['axe-core', 'playwright-core']
const dependencies = Object.fromEntries(needed.map((one) => [one, devDependencies[one]]))
console.log(JSON.stringify({ name, version: process.argv[2], private: true, license, type, exports, dependencies }, null, 2))
