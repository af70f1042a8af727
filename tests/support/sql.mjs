// SPDX-License-Identifier: EUPL-1.2
// SQL by the mariadb client. Clients are kept for what is asked next, for tests ask often and each start costs as much as fifty
// queries; what comes while all are busy gets one more, and what would change the session a client of its own. At the host's isolation
// level, so that a test's statement locks no more rows than the host's.
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'

const run = promisify(execFile)
// What changes the session: statements by how they begin, of which UPDATE ... SET is none; and words wherever they stand.
const ALONE = /(^|;)\s*(SET|BEGIN|START|LOCK|FLUSH\s+TABLES|PREPARE|DELIMITER)\b|\b(GET_LOCK|TEMPORARY)\b|\\/i
const GONE = /^ERROR (2002|2006|2013) /m // the server has ended since; another client finds the next one

export class Sql {
  constructor (socket, user, password) {
    this.args = ['--no-defaults', "--init-command=SET SESSION tx_isolation='READ-COMMITTED'", '--default-character-set=utf8mb4', `--socket=${socket}`, '-u', user, `-p${password}`, '-N', '-B']
    this.clients = new Set()
    this.idle = []
  }

  async ask (text) {
    if (ALONE.test(text)) return this.once(text)
    const client = this.idle.find(({ over }) => !over) ?? this.#start()
    this.idle = this.idle.filter((one) => one !== client && !one.over)
    try {
      return await this.#kept(client, text)
    } catch (error) {
      if (!GONE.test(error.stderr ?? '')) throw error
      return await this.once(text)
    } finally {
      this.idle.push(client)
    }
  }

  async once (text) {
    const { stdout } = await run('mariadb', [...this.args, '-e', text], { maxBuffer: 1 << 26 })
    return stdout.trim()
  }

  // The answer ends where a mark follows; after an error the client ends.
  #kept (client, text) {
    const mark = randomUUID()
    return new Promise((resolve, reject) => {
      client.told = () => {
        if (!client.said.endsWith(mark + '\n')) return
        client.told = () => {}
        resolve(client.said.slice(0, -mark.length - 1).trim())
        client.said = ''
      }
      client.ended = (code) => {
        reject(Object.assign(new Error(`Command failed: ${text}\n${client.errors}`), { code, stderr: client.errors, stdout: client.said }))
      }
      client.stdin.write(`${text.trim().replace(/;$/, '')}\n;\nSELECT '${mark}';\n`)
    })
  }

  #start () {
    const client = spawn('mariadb', [...this.args, '--unbuffered'], { stdio: ['pipe', 'pipe', 'pipe'] })
    Object.assign(client, { said: '', errors: '', told () {}, ended () {}, over: false })
    client.stdout.setEncoding('utf8').on('data', (part) => { client.said += part; client.told() })
    client.stderr.setEncoding('utf8').on('data', (part) => { client.errors += part })
    client.stdin.on('error', () => {}) // it has ended: 'close' reports it
    client.on('close', (code) => {
      client.over = true
      this.clients.delete(client)
      client.ended(code)
    })
    this.clients.add(client)
    return client
  }

  async end () {
    await Promise.all([...this.clients].map((client) => new Promise((resolve) => {
      client.ended = resolve
      client.stdin.end()
    })))
  }
}
