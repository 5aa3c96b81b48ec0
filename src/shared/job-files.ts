/** Where files of jobs are fetched, by links; every path there begins so. */
export const JOB_FILES = '/files/company/';
