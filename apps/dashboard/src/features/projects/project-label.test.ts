import { expect, test } from 'vitest'
import { projectLabel } from './project-label.ts'

test('projects with the same name are told apart by their short names', () => {
  const all = [
    { id: '1', name: 'Shop', slug: 'shop' },
    { id: '2', name: 'shop ', slug: 'shop-2' },
    { id: '3', name: 'Blog', slug: 'blog' },
  ]
  expect(all.map((project) => projectLabel(project, all))).toEqual(['Shop (shop)', 'shop  (shop-2)', 'Blog'])
})
