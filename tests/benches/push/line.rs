//! A phone's connection, as a browser keeps it: one after the other, compressed both ways.
//!
//! Always: the same head that a phone's browser sends, as far as the server looks at it.
//! Never: reads what an answer says; only its status and its length.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context as _, Result, ensure};

pub(crate) struct Line {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
    head: String,
    answer: Vec<u8>,
}

impl Line {
    /// `packings` are those in which answers may come.
    pub(crate) fn open(address: SocketAddr, bearer: &str, packings: &str) -> Result<Line> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let head = format!(
            "HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {bearer}\r\ncontent-type: application/json\r\n\
             content-encoding: gzip\r\naccept: */*\r\naccept-encoding: {packings}\r\ncontent-length:"
        );
        Ok(Line {
            reader: BufReader::with_capacity(32 * 1024, stream.try_clone()?),
            stream,
            head,
            answer: Vec::new(),
        })
    }

    /// Sends a body that is packed already; returns how many bytes went and came, heads and all.
    pub(crate) fn post(&mut self, path: &str, body: &[u8]) -> Result<(usize, usize)> {
        let mut request = format!("POST {path} {} {}\r\n\r\n", self.head, body.len()).into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request)?;
        let received = self.read_answer()?;
        Ok((request.len(), received))
    }

    /// The body of the last answer, as it came.
    pub(crate) fn answer(&self) -> &[u8] {
        &self.answer
    }

    fn read_answer(&mut self) -> Result<usize> {
        let mut received = 0;
        self.answer.clear();
        let mut line = String::new();
        let mut length = None;
        let mut is_first = true;
        loop {
            line.clear();
            received += self.reader.read_line(&mut line)?;
            if is_first {
                ensure!(
                    line.starts_with("HTTP/1.1 200 "),
                    "the server answered {line}"
                );
                is_first = false;
            }
            let Some((name, value)) = line.split_once(':') else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse::<usize>()?);
            }
        }
        if let Some(length) = length {
            return Ok(received + self.take(length)?);
        }
        // What is packed on the way comes in pieces.
        loop {
            line.clear();
            received += self.reader.read_line(&mut line)?;
            let piece = usize::from_str_radix(line.trim(), 16).context("a piece without length")?;
            received += self.take(piece + 2)?;
            // The line end behind a piece is none of it.
            self.answer.truncate(self.answer.len() - 2);
            if piece == 0 {
                return Ok(received);
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<usize> {
        let before = self.answer.len();
        self.answer.resize(before + length, 0);
        self.reader.read_exact(&mut self.answer[before..])?;
        Ok(length)
    }
}
