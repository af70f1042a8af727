// SPDX-License-Identifier: EUPL-1.2
// Runs tests/unit/data/read_test.c with a real MariaDB.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { root, start } from '../support/stack.mjs'

const run = promisify(execFile)
const program = path.join(root, 'build-asan/tests/unit/data/read_test')

test('reads that travel together give what reads one after another give', async (t) => {
  if (!fs.existsSync(program)) return t.skip(`${program} is not built; make test builds it`)
  const stack = await start()
  try {
    await stack.sql("SET GLOBAL tx_isolation = 'REPEATABLE-READ', GLOBAL innodb_lock_wait_timeout = 50, GLOBAL lock_wait_timeout = 86400") // MariaDB's defaults
    await stack.sql(`CREATE DATABASE readtest CHARACTER SET utf8mb4; USE readtest;
      CREATE TABLE every_type (tiny TINYINT, flag TINYINT(1), small SMALLINT, medium MEDIUMINT, normal INT, big BIGINT,
        ubig BIGINT UNSIGNED, d DECIMAL(10,3), f DOUBLE, price_cents BIGINT, t DATETIME(6), day DATE, txt VARCHAR(50),
        bin VARBINARY(20), empty VARCHAR(5), nothing INT);
      INSERT INTO every_type VALUES
        (-128, 1, -32768, -8388608, 1, -9223372036854775808, 9223372036854775807, -12.340, 0.5, 1250, '2026-11-22 05:00:01.25',
          '2026-11-22', 'Zoé 🚲', 'abc', '', NULL),
        (127, 0, 32767, 8388607, 5, 9223372036854775807, 0, 0.001, -1.25, -5, '1970-01-01 00:00:00', '1999-12-31', NULL, NULL, '', 3);
      CREATE TABLE changing (id INT AUTO_INCREMENT PRIMARY KEY, v INT); INSERT INTO changing (v) VALUES (5);`)
    const env = { ...process.env, SCOP_TEST_SOCKET: fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/db_socket = (.*)/)[1],
      SCOP_TEST_PASSWORD: fs.readFileSync(path.join(stack.folder, 'secrets/.db'), 'utf8').trim() }
    const { stdout, stderr } = await run(program, { env }).catch((error) => error)
    assert.match(stdout + stderr, /\[ {2}PASSED {2}\] 11 test/, stdout + stderr)
  } finally {
    await stack.stop()
  }
})
