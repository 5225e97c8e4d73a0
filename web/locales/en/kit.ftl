### What pages and mails have in common.

verbatim = { $value }
pair = { $first } ({ $second })
contact-unknown = the person who invited you

## Dates

date = { $day } { $month } { $year }
stamp = { $date }, { $time }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
