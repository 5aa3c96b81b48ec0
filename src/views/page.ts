/** A page of a list in its documented shape (D-13). */
export const pageView = (current: number, size: number, total: number, hasNext: boolean) => ({
  type: 'number',
  current,
  size,
  total,
  item_total: total,
  has_next: hasNext,
});
