export const connectToDatabase = () => {
  throw new TypeError('no database')
}
