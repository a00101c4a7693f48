import express from 'express'
import { serve } from './express-routes.mjs'

await serve(express)
