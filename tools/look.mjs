// SPDX-License-Identifier: EUPL-1.2
// A module's pages in four languages, both themes and at 320 px, under axe: what `scopiton module check` asks of level 4.
// Usage: node tools/look.mjs MODULE
import { start } from '../tests/support/stack.mjs'
import { inspect, launch, open } from '../tests/browser/pages.mjs'
import fs from 'node:fs'

const name = process.argv[2]
const manifest = fs.readFileSync(new URL(`../modules/${name}/module.xml`, import.meta.url), 'utf8')
const portal = [...manifest.matchAll(/<(?:menu|tile) path="([^"]+)"/g)].map(([, path]) => `/${name}${path}`)
const stack = await start()
const browser = await launch()
let found = 0

async function look (page, address, what) {
  const answer = await page.goto(address)
  try {
    if (answer.status() >= 400 && answer.status() !== 404) throw new Error(`${what} answers ${answer.status()}`)
    if (answer.status() < 400) await inspect(page, `look-${name}`)
  } catch (error) {
    found++
    console.error(`${what}: ${error.message}`)
  }
}

try {
  await stack.cli('tenant', 'create', 'look', '--title', 'Look')
  if (name !== 'portal') await stack.cli('module', 'install', name, '--tenant', 'look')
  const member = await open(browser)
  await member.goto((await stack.cli('login', 'look', 'owner')).trim())
  await member.click('main button')
  for (const language of ['fr', 'nl', 'de', 'en']) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    for (const path of portal) await look(member, `http://look-portal.localhost:${stack.port}${path}`, `${path}, ${language}`)
    await look(await open(browser, { locale: language }), `http://look.localhost:${stack.port}/${language}/${name}/`, `/${language}/${name}/`)
  }
} finally {
  await browser.close()
  await stack.stop()
}
process.exitCode = found ? 1 : 0
