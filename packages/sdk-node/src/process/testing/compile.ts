import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'

const SOURCES = dirname(dirname(import.meta.dirname))

/** Writes the modules as JavaScript, so that programs of a test run on Node alone, without a loader that changes how they end. */
export const compile = (folder: string): void => {
  const files = ['registry.ts', 'reported.ts', 'user-agent.ts', ...readdirSync(join(SOURCES, 'process')).map((name) => join('process', name))]
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const { outputText } = transpileModule(readFileSync(join(SOURCES, file), 'utf8'), {
      compilerOptions: {
        module: ModuleKind.ESNext,
        target: ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    })
    const target = join(folder, file).replace(/\.ts$/, '.js')
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
}
