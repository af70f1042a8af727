// SPDX-License-Identifier: EUPL-1.2
// A catalogue for tests: keys of a group and of scops, packages made from the build's modules and published like a scop's.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Packages, build } from '../fault/faults.mjs'

const run = promisify(execFile)

// The command line, where no platform is needed.
export async function scopiton (...args) {
  const { stdout } = await run(path.join(build, 'libexec/scopiton'), args, { env: { ...process.env, SCOPITON_CONFIG: '/nowhere' } })
  return stdout.trim()
}

export class Catalogue {
  static async make (...modules) {
    const catalogue = new Catalogue()
    catalogue.top = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-catalogue-'))
    fs.chmodSync(catalogue.top, 0o755)
    catalogue.folder = path.join(catalogue.top, 'served')
    catalogue.packages = new Packages()
    await catalogue.key('group')
    await catalogue.key('scopiton')
    await scopiton('catalogue', 'create', catalogue.folder, '--key', catalogue.path('group'))
    await catalogue.scop('scopiton', '--title', 'Scopiton', '--public', catalogue.path('scopiton.pub'), '--modules', modules.join(','))
    return catalogue
  }

  path (...names) { return path.join(this.top, ...names) }
  served (...names) { return path.join(this.folder, ...names) }
  key (name) { return scopiton('key', 'make', this.path(name)) }
  public (name) { return fs.readFileSync(this.path(`${name}.pub`), 'utf8').split('\n')[1] }
  scop (name, ...rest) { return scopiton('catalogue', 'scop', this.folder, name, ...rest, '--key', this.path('group')) }

  // The settings that a host needs to use it.
  get config () { return [`catalogue = ${this.folder}`, `catalogue_key = ${this.public('group')}`] }

  // A package of a built module, under another name or version or with other words in its manifest; its file.
  async pack (name, version, { from = name, manifest = (text) => text, folder = () => {} } = {}) {
    if (from === name) this.packages.add(name)
    else this.packages.addAs(from, name)
    const file = this.packages.path(name, 'module.xml')
    fs.writeFileSync(file, manifest(fs.readFileSync(file, 'utf8').replace(/version="[0-9.]+" scop/, `version="${version}" scop`)))
    folder(this.packages.path(name))
    return scopiton('module', 'pack', this.packages.path(name), '--to', this.top)
  }

  async publish (name, version, { channel = 'stable', key = 'scopiton', ...rest } = {}) {
    const file = await this.pack(name, version, rest)
    await scopiton('module', 'sign', file, '--key', this.path(key))
    await scopiton('module', 'publish', file, '--catalogue', this.folder, '--channel', channel, '--key', this.path('group'))
    return file
  }

  latest () { return fs.readFileSync(this.served('latest'), 'utf8').trim() }
  index (number = this.latest()) { return this.served('index', `${number}.json`) }

  // Rewrites the newest index as an attacker who has the group's key would (to test what the key does not decide), or with another.
  async forge (change, key = 'group') {
    const index = JSON.parse(fs.readFileSync(this.index(), 'utf8'))
    const changed = change(index) ?? index
    fs.writeFileSync(this.index(), JSON.stringify(changed))
    await scopiton('module', 'sign', this.index(), '--key', this.path(key))
  }

  remove () {
    this.packages.removeAll()
    fs.rmSync(this.top, { recursive: true, force: true })
  }
}
