"""History that users bring in files: candles, prices and on-chain series in the layouts in which they are to be had.

`formats` names the layouts and recognises them, `files` opens what was sent, `csv_*`, `json_*` and `parquet` read it, and
`importing` stores it in one transaction. A row that cannot be right is never mended: it is refused, with its place.
"""
