//! What can be asked of the fixes of `switchback check`.

use clap::Args;

/// What is done with fixes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Fixes")]
pub struct FixArgs {
    /// Apply safe fixes to the files, and report what is left.
    ///
    /// A fix is safe where it leads to the same schema. Migrations that are released (the default branch has them) are
    /// left as they are.
    #[arg(long)]
    pub fix: bool,
    /// Apply fixes, and report nothing.
    #[arg(long, conflicts_with = "fix")]
    pub fix_only: bool,
    /// Show what would be fixed, as a diff, and change nothing. The exit code is 1 where there is something.
    #[arg(long, conflicts_with_all = ["fix", "fix_only"])]
    pub diff: bool,
    /// Apply or show fixes too that a person has to look at.
    #[arg(long)]
    pub unsafe_fixes: bool,
}

impl FixArgs {
    /// Whether fixes are wanted, be it only to see them.
    pub fn wanted(&self) -> bool {
        self.fix || self.fix_only || self.diff
    }
}
