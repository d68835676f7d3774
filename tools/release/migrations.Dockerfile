# The migration job: brings the schema up to date, then gives every function's user its role. Built by the pipeline
# from the project's folder; nothing but locked packages with hashes gets in.
FROM python:3.13-slim

RUN useradd --create-home --shell /usr/sbin/nologin migrations
WORKDIR /job

COPY requirements/migrate.txt requirements.txt
RUN pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: -r requirements.txt

COPY shared shared
COPY migrations migrations
COPY tools/__init__.py tools/__init__.py
COPY tools/release/__init__.py tools/release/grants.py tools/release/

USER migrations
ENV PYTHONUNBUFFERED=1
CMD ["sh", "-ec", "python -m migrations upgrade && python -m tools.release.grants"]
