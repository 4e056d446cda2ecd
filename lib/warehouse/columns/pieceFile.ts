/** The name of the Parquet file of a piece. It stands alone, as who looks for the file needs nothing of who writes it. */
export const pieceFile = (piece: number): string => `${piece}.parquet`;
