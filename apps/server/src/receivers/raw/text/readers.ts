import { parseTimestamp } from '../../stamps/parse-timestamp.ts'
import type { Zone } from '../../stamps/zone.ts'
import { accessReader, loadBalancerReader, squidReader } from './access.ts'
import { awsReader, frameworkAccessReader, timeFirstAccessReader } from './access-more.ts'
import { clusterReader } from './clusters.ts'
import { boxesReader, createBootReader, createNpmReader, pumaReader, shortLevelReader } from './consoles.ts'
import { createPostgresReader, mysqlErrorReader, mysqlGeneralReader, mysqlSlowReader, redisReader } from './databases.ts'
import { createCriReader, createDockerReader, createPrefixReader, jsonLineReader } from './envelopes.ts'
import { exportedReader } from './exported.ts'
import { createJournalFieldsReader, journalHeadReader, unifiedLogReader } from './journal.ts'
import { createBracketedReader, createLayoutReader, createLevelFirstReader, elasticReader, monologReader } from './layouts.ts'
import { followStacks } from './one-by-one.ts'
import { clockReader, plainReader, stampedReader, yearlessReader } from './plain.ts'
import {
  aptHistoryReader,
  aptTerminalReader,
  createJulReader,
  createNamedReader,
  decodedKernelReader,
  dpkgReader,
  healthAppReader,
  kernelReader,
  logcatBriefReader,
  logcatReader,
  proxifierReader,
  windowsCbsReader,
} from './platforms.ts'
import {
  chromiumReader,
  cupsReader,
  dotnetReader,
  goReader,
  klogReader,
  nestReader,
  pythonReader,
  railsReader,
  rubyReader,
  shortYearReader,
} from './programs.ts'
import type { LineReader } from './reading.ts'
import { auditReader, erlangReader, logfmtLineReader } from './reports.ts'
import { fileSyslogReader, fullSyslogReader, isoSyslogReader, prioritySyslogReader, unixSyslogReader } from './syslog-lines.ts'
import { apacheErrorReader, createPhpReader, createW3cReader, nginxErrorReader } from './web-errors.ts'

/** What programs write themselves, the particular before the general. Some remember lines before: make them once per text. */
const createProgramReaders = (zone: Zone): LineReader[] => {
  const layouts = createLayoutReader()
  return [
    jsonLineReader,
    logfmtLineReader,
    auditReader,
    createPostgresReader(),
    nginxErrorReader,
    windowsCbsReader,
    mysqlErrorReader,
    mysqlGeneralReader,
    dpkgReader,
    shortLevelReader,
    layouts,
    goReader,
    logcatReader,
    healthAppReader,
    shortYearReader,
    redisReader,
    apacheErrorReader,
    elasticReader,
    boxesReader,
    monologReader,
    createBracketedReader(),
    chromiumReader,
    cupsReader,
    createPhpReader(),
    kernelReader,
    decodedKernelReader,
    createBootReader(),
    pumaReader,
    proxifierReader,
    rubyReader,
    klogReader,
    pythonReader,
    createLevelFirstReader(createLayoutReader()),
    railsReader,
    dotnetReader,
    logcatBriefReader,
    createJulReader((text) => parseTimestamp(text, { zone })),
    erlangReader,
    mysqlSlowReader,
    aptHistoryReader,
    aptTerminalReader,
    clusterReader,
    loadBalancerReader,
    squidReader,
    nestReader,
    createNpmReader(),
    createNamedReader([layouts, stampedReader]),
    createW3cReader(),
    timeFirstAccessReader,
    frameworkAccessReader,
    awsReader,
    accessReader,
    stampedReader,
    yearlessReader,
    clockReader,
  ]
}

/** Every form of line that the native door knows: lines of collectors, which carry those of programs, and those of programs. */
export const createTextReaders = (zone: Zone): LineReader[] => {
  const inner = createProgramReaders(zone)
  const programs = createProgramReaders(zone)
  const json = programs.shift()
  return [
    exportedReader,
    createDockerReader(inner),
    ...(json ? [json] : []),
    followStacks(prioritySyslogReader),
    createCriReader(inner),
    journalHeadReader,
    createJournalFieldsReader(),
    ...[isoSyslogReader, fullSyslogReader, fileSyslogReader, unixSyslogReader].map(followStacks),
    unifiedLogReader,
    ...programs,
    createPrefixReader(inner),
  ]
}

/** What a Timberlogs text may hold, and nothing else. */
export const PLAIN_READERS: readonly LineReader[] = [plainReader]

/** Lines of syslog in any of its forms, each for itself. */
export const SYSLOG_READERS: readonly LineReader[] = [prioritySyslogReader, fileSyslogReader, isoSyslogReader, fullSyslogReader]

/** As {@link SYSLOG_READERS}, with stacks put together; make them once per text. */
export const createSyslogReaders = (): LineReader[] => SYSLOG_READERS.map(followStacks)
