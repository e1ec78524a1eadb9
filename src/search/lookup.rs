//! What is read from the store: statements and articles by their ids, or by where they stand.

use tantivy::collector::DocSetCollector;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use super::answer::StatementHit;
use super::highlight::Highlighter;
use super::hits;
use super::query::Query;
use super::searcher::{Error, Searcher};
use crate::index;
use crate::index::schema::fields;
use crate::index::stored::{StoredArticle, StoredStatement};

impl Searcher {
    /// The statement with an id, with the words of a query marked in it if one is given.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn statement(
        &self,
        id: &str,
        query: Option<&Query>,
    ) -> Result<Option<StatementHit>, Error> {
        let highlighter = query.map(Highlighter::new).unwrap_or_default();
        let people = self.roster()?.map(|r| r.people());
        Ok(self
            .stored_statement(id)?
            .map(|stored| hits::statement(stored, 0.0, &highlighter, people)))
    }

    /// The statement with an id, as the index keeps it.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn stored_statement(&self, id: &str) -> Result<Option<StoredStatement>, Error> {
        self.find(id)?.map(|at| self.statement_at(at)).transpose()
    }

    /// The article with a key, text and all.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn article(&self, key: &str) -> Result<Option<StoredArticle>, Error> {
        self.find(key)?.map(|at| self.article_at(at)).transpose()
    }

    /// An article without the statements that corrections reject.
    pub(super) fn article_at(&self, at: DocAddress) -> Result<StoredArticle, Error> {
        let mut article = index::article(self.engine(), at).map_err(|e| self.at(e))?;
        article.article.version = self.version(at)?;
        if let Some(roster) = self.roster()? {
            let rejected = |id: &String| {
                let amended = roster.people().amendment(id);
                amended.is_some_and(|amended| amended.speaker.is_none())
            };
            article.statements.retain(|id| !rejected(id));
        }
        Ok(article)
    }

    /// The statement at an address.
    pub(super) fn statement_at(&self, at: DocAddress) -> Result<StoredStatement, Error> {
        let mut statement = index::statement(self.engine(), at).map_err(|e| self.at(e))?;
        statement.article.version = self.version(at)?;
        Ok(statement)
    }

    /// The number of the version, which only the writer knew.
    fn version(&self, at: DocAddress) -> Result<Option<u64>, Error> {
        let column = self.number_column(at.segment_ord, fields().version)?;
        Ok(column.first(at.doc_id))
    }

    /// The key of the article with a key or an address, an id where it has no address, or the id of a statement in it.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn article_key(&self, id: &str) -> Result<Option<String>, Error> {
        let hash = blake3::hash(id.as_bytes()).to_hex();
        let article = id.rsplit_once('.').map(|(article, _)| article);
        let keys = [Some(id), article, hash.get(..32)];
        for key in keys.into_iter().flatten() {
            if key.len() == 32 && self.find(key)?.is_some() {
                return Ok(Some(key.to_owned()));
            }
        }
        Ok(None)
    }

    pub(super) fn find(&self, id: &str) -> Result<Option<DocAddress>, Error> {
        let query = TermQuery::new(
            Term::from_field_text(fields().id, id),
            IndexRecordOption::Basic,
        );
        let found = self
            .engine()
            .search(&query, &DocSetCollector)
            .map_err(|e| self.at(e))?;
        Ok(found.into_iter().min())
    }
}
