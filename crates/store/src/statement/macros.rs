//! How statements are written down.

/// A part of a statement in [`statements!`]: a text, `(text macro)`, `(part PIECES)`, `(Row)`, `(Row alias)`,
/// `(values record)`, `(sqlite "…" postgres "…")`, words or `(by index)`.
///
/// Words are those of `core`, so that none is spelt twice and each conditional write is the line of its table of states:
/// `(word State::Live)`, `(to Event::Consume)` the state that the event leads to, `(from Event::Consume)` those that it
/// may come from.
///
/// `by` names the index that SQLite takes: without ANALYZE data it believes *all rows of the tenant* to be fewer than the
/// few of a second index. A test looks at every plan.
macro_rules! piece {
    ((word $word:expr)) => {
        $crate::statement::Piece::Words(|say| $crate::words::word($word, say))
    };
    ((to $event:expr)) => {
        $crate::statement::Piece::Words(|say| $crate::words::to($event, say))
    };
    ((from $event:expr)) => {
        $crate::statement::Piece::Words(|say| $crate::words::from($event, say))
    };
    ((part $pieces:path)) => {
        $crate::statement::Piece::Part($pieces)
    };
    ((values $record:ident)) => {
        $crate::statement::Piece::Values(stringify!($record))
    };
    ((sqlite $s:literal postgres $p:literal)) => {
        $crate::statement::Piece::Either($s, $p)
    };
    ((by $index:ident)) => {
        $crate::statement::Piece::Either(concat!(" INDEXED BY ", stringify!($index)), "")
    };
    ((text $text:ident $($of:literal)*)) => {
        $crate::statement::Piece::Text($text!($($of),*))
    };
    (($row:ident)) => {
        $crate::statement::Piece::Columns("", <$row as $crate::row::ColumnNames>::NAMES)
    };
    (($row:ident $alias:ident)) => {
        $crate::statement::Piece::Columns(
            concat!(stringify!($alias), "."),
            <$row as $crate::row::ColumnNames>::NAMES,
        )
    };
    ($text:literal) => {
        $crate::statement::Piece::Text($text)
    };
}
pub(crate) use piece;

/// Pieces that several statements have in common, for `(part …)`.
macro_rules! pieces {
    ($($piece:tt)+) => { &[$($crate::statement::piece!($piece)),+] };
}
pub(crate) use pieces;

/// What a statement's function returns: `One<R>` gives the `R`.
macro_rules! answer {
    () => { () };
    (One<$row:ty>) => { $row };
    ($kind:ident $(<$row:ty>)?) => { $kind $(<$row>)? };
}
pub(crate) use answer;

/// Declares one statement: a function of its parameters, and a type of the same name, its key in the statement cache.
macro_rules! statement {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($parameter:ident: $ty:ty),* $(,)?)
        $(-> $kind:ident $(<$row:ty>)?)? = [$($piece:tt)+]) => {
        #[expect(non_camel_case_types, reason = "called as the function whose statement it is")]
        enum $name {}
        impl $crate::statement::Statement for $name {
            const PIECES: &'static [$crate::statement::Piece] = &[$($crate::statement::piece!($piece)),+];
            const PARAMETERS: &'static [$crate::statement::Parameter] = &[$($crate::statement::Parameter {
                name: stringify!($parameter),
                shape: <$ty as $crate::bind::Binds>::SHAPE,
                #[cfg(test)]
                nulls: <$ty as $crate::bind::Binds>::NULLS,
            }),*];
            const TOKENS: &'static [$crate::statement::Token] = {
                const COUNT: usize =
                    $crate::statement::Gathered::<0>::of($name::PIECES, $name::PARAMETERS).len;
                &$crate::statement::Gathered::<COUNT>::of($name::PIECES, $name::PARAMETERS).tokens
            };
        }
        // what nobody calls is checked as well
        const _: &[$crate::statement::Token] = <$name as $crate::statement::Statement>::TOKENS;

        $(#[$meta])*
        $vis fn $name(
            c: &mut $crate::conn::Conn,
            $($parameter: $ty),*
        ) -> diesel::QueryResult<$crate::statement::answer!($($kind $(<$row>)?)?)> {
            $crate::statement::ask!($($kind $(<$row>)?)?)(
                c,
                &$crate::statement::Bound::<$name>::new(
                    &[$($crate::bind::Binds::binds(&$parameter).as_ref()),*],
                ),
            )
        }
    };
}
pub(crate) use statement;

/// What runs a statement of this answer.
macro_rules! ask {
    () => {
        $crate::statement::done
    };
    (bool) => {
        $crate::statement::hit
    };
    (usize) => {
        $crate::statement::changed
    };
    (Vec<$row:ty>) => {
        $crate::statement::all::<_, $row>
    };
    (Option<$row:ty>) => {
        $crate::statement::optional::<_, $row>
    };
    (One<$row:ty>) => {
        $crate::statement::one::<_, $row>
    };
}
pub(crate) use ask;

/// Declares the statements of a module as functions that take the connection first, and `STATEMENTS`, by which a test
/// prepares each on both databases.
///
/// `fn name(tenant: TenantId) -> Answer = ["… :tenant"];` A placeholder names a parameter ([`super::text`]). The answer is `Vec<Row>` all rows, `Option<Row>` the row where
/// there is one, `One<Row>` the row that must be there, `usize` how many rows changed, `bool` whether one did, or
/// nothing. A row is a type of `row!` or a single value.
macro_rules! statements {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($($parameters:tt)*)
        $(-> $kind:ident $(<$row:ty>)?)? = [$($piece:tt)+];)+) => {
        $(
            $crate::statement::statement! {
                $(#[$meta])* $vis fn $name($($parameters)*) $(-> $kind $(<$row>)?)? = [$($piece)+]
            }
        )+
        /// All of them, by name.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[$crate::statement::ListedStatement] =
            &[$($crate::statement::ListedStatement::of::<$name>(stringify!($name))),+];
    };
}
pub(crate) use statements;
