/** A page of a list in its documented shape (D-13). */
export const pageView = (current: number, size: number, total: number, hasNext: boolean) => ({
  type: 'number',
  current,
  size,
  total,
  item_total: total,
  has_next: hasNext,
});

/** A page of a list that is read whole. @param pageNo from 1 */
export function sliceOf<T>(list: readonly T[], pageNo: number, pageSize: number) {
  const end = pageNo * pageSize;
  return { items: list.slice(end - pageSize, end), hasNext: end < list.length };
}
