import { parseTimestamp } from '../../stamps/parse-timestamp.ts'
import type { Zone } from '../../stamps/zone.ts'
import { accessReader, loadBalancerReader, squidReader } from './access.ts'
import { clusterReader } from './clusters.ts'
import { createCriReader, jsonLineReader } from './containers.ts'
import { createPostgresReader, mysqlErrorReader, mysqlSlowReader, redisReader } from './databases.ts'
import { createBracketedReader, createLayoutReader, createLevelFirstReader, elasticReader, monologReader } from './layouts.ts'
import { plainReader, stampedReader, yearlessReader } from './plain.ts'
import {
  aptHistoryReader,
  aptTerminalReader,
  createJulReader,
  createNamedReader,
  dpkgReader,
  healthAppReader,
  kernelReader,
  logcatBriefReader,
  logcatReader,
  proxifierReader,
  windowsCbsReader,
} from './platforms.ts'
import { dotnetReader, goReader, klogReader, nestReader, pythonReader, railsReader, rubyReader, shortYearReader } from './programs.ts'
import type { LineReader } from './reading.ts'
import { fileSyslogReader, fullSyslogReader, isoSyslogReader, prioritySyslogReader } from './syslog-lines.ts'
import { apacheErrorReader, createPhpReader, createW3cReader, nginxErrorReader } from './web-errors.ts'

/** Every form of line that the native door knows, the particular before the general. Some remember lines before: make them once per text. */
export const createTextReaders = (zone: Zone): LineReader[] => {
  const layouts = createLayoutReader()
  const ruby = [rubyReader, klogReader, pythonReader, accessReader]
  return [
    jsonLineReader,
    prioritySyslogReader,
    createCriReader([jsonLineReader, ...ruby, createPostgresReader(), layouts, nginxErrorReader, stampedReader]),
    isoSyslogReader,
    fullSyslogReader,
    createPostgresReader(),
    nginxErrorReader,
    windowsCbsReader,
    mysqlErrorReader,
    dpkgReader,
    layouts,
    goReader,
    logcatReader,
    healthAppReader,
    shortYearReader,
    redisReader,
    apacheErrorReader,
    elasticReader,
    monologReader,
    createBracketedReader(),
    createPhpReader(),
    kernelReader,
    proxifierReader,
    fileSyslogReader,
    rubyReader,
    klogReader,
    pythonReader,
    createLevelFirstReader(createLayoutReader()),
    railsReader,
    dotnetReader,
    logcatBriefReader,
    createJulReader((text) => parseTimestamp(text, { zone })),
    mysqlSlowReader,
    aptHistoryReader,
    aptTerminalReader,
    clusterReader,
    loadBalancerReader,
    squidReader,
    nestReader,
    createNamedReader([layouts, stampedReader]),
    createW3cReader(),
    accessReader,
    stampedReader,
    yearlessReader,
  ]
}

/** What a Timberlogs text may hold, and nothing else. */
export const PLAIN_READERS: readonly LineReader[] = [plainReader]

/** Lines of syslog in any of its forms. */
export const SYSLOG_READERS: readonly LineReader[] = [prioritySyslogReader, fileSyslogReader, isoSyslogReader, fullSyslogReader]
