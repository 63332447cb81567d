/** How many rows each process of the append test adds, and how long they are. */
export const ROWS_OF_ONE = 200
export const WIDTH = 300
