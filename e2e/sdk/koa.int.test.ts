import { describeHttp } from './http-suite.ts'

describeHttp({ name: 'Koa', program: 'koa.mjs', bodyRoutes: ['/echo'] })
