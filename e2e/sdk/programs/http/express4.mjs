import express from 'express4'
import { serve } from './express-routes.mjs'

await serve(express)
