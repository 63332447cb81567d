export const ROWS_OF_ONE: number
export const WIDTH: number
