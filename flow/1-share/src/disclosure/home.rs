//! What of disclosures needs a member now: notices to acknowledge, files to fetch or to release.

use web::{Caller, Fault, Site};

use super::{
    file,
    notice::{self, Whose},
};
use crate::ask::home::HomeLine;

pub(crate) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let book = site.vault().book();
    let whose = notice::whose(site, caller).await?;
    if whose == Whose::All {
        let count = notice::waiting(&book, whose, true).await?;
        lines.push(HomeLine {
            count,
            labels: ["notice not acknowledged in time", "notices not acknowledged in time"],
            href: "/trust/notices",
        });
    } else {
        let count = notice::waiting(&book, whose, false).await?;
        lines.push(HomeLine {
            count,
            labels: ["notice to acknowledge", "notices to acknowledge"],
            href: "/trust/notices",
        });
    }
    let (fetch, release) = file::waiting(&book, caller, whose == Whose::All, site.now()).await?;
    lines.push(HomeLine { count: fetch, labels: ["file for you", "files for you"], href: "/trust/files" });
    lines.push(HomeLine { count: release, labels: ["file to release", "files to release"], href: "/trust/files" });
    Ok(())
}
